import type { KeyRun, Prompt, Span } from '../../base/prompt.ts';
import { keysAlong, type TreePrompt } from '../../base/prompt-tree.ts';
import type { Tokens } from '../../base/units.ts';

/** Bytes of a pseudo-token of the picker's estimating tokenizer, and of its like. Source: RC/dataproducer/tokenizer (estimate). */
const BYTES_PER_PSEUDO_TOKEN = 4;

/** Pseudo-tokens that a token of so many bytes stands for; 1 where nobody says how many. */
export function pseudoTokensPerToken(bytesPerToken: number | undefined): number {
  return (bytesPerToken ?? BYTES_PER_PSEUDO_TOKEN) / BYTES_PER_PSEUDO_TOKEN;
}

/**
 * A prompt as a router sees it that counts bytes: `scale` tokens for each of the prompt's. A block is named by the run in
 * which the token with its last byte lies, and its own index. (The padding of the last pseudo-token is not told from text.)
 */
export class ScaledPrompt implements Prompt {
  readonly length: Tokens;
  private readonly prompt: TreePrompt;
  private readonly scale: number;

  constructor(prompt: TreePrompt, scale: number) {
    this.prompt = prompt;
    this.scale = scale;
    this.length = Math.ceil(prompt.length * scale);
  }

  /** Those of the prompt: nobody tells pseudo-tokens of one content apart. */
  spans(): readonly Span[] {
    return this.prompt.spans();
  }

  keys(blockTokens: Tokens): KeyRun[] {
    const blocks = Math.floor(this.length / blockTokens);
    return keysAlong(this.prompt.path, 0, blocks, blockTokens / this.scale);
  }
}
