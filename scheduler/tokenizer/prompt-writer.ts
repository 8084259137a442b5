import type { Tokens } from '../../base/units.ts';
import { BytePacker } from './byte-packer.ts';
import { hash64Text, xxHash64 } from './xxhash64.ts';

/** One prompt as the router counts it. */
export interface TokenizedPrompt {
  /** Pseudo-tokens, or the client's own token ids. */
  readonly tokens: Uint32Array;
  /** Images, videos and sounds, in prompt order. */
  readonly features: readonly PromptFeature[];
}

export interface PromptFeature {
  readonly modality: 'image' | 'video' | 'audio';
  /** XXH64 of the content, hexadecimal. */
  readonly hash: string;
  readonly offset: Tokens;
  readonly length: Tokens;
}

/** Writes one prompt: texts one after the other, and placeholders for what is no text. */
export class PromptWriter {
  private readonly packer = new BytePacker();
  private readonly features: PromptFeature[] = [];

  text(text: string): void {
    this.packer.text(text);
  }

  /** An item of another modality begins at a token boundary and takes `length` copies of the low half of its hash. */
  item(modality: PromptFeature['modality'], content: string, length: Tokens): void {
    const hash = xxHash64(new TextEncoder().encode(content));
    const offset = this.packer.repeat(hash.low, length);
    this.features.push({ modality, hash: hash64Text(hash), offset, length });
  }

  prompt(): TokenizedPrompt {
    return { tokens: this.packer.tokens(), features: this.features };
  }
}

/** A prompt of nothing but text. */
export function textPrompt(text: string): TokenizedPrompt {
  const writer = new PromptWriter();
  writer.text(text);
  return writer.prompt();
}
