import type { KeyRun, Prompt } from '../../base/prompt.ts';
import type { Tokens } from '../../base/units.ts';
import type { StoredTokens } from '../kv-event.ts';
import { sliceKeys } from './slice-keys.ts';

/** Stored tokens of an engine that knows whose prompt they belong to: tokens from … from + length - 1 of it. */
export class StoredPromptPart implements StoredTokens {
  readonly length: Tokens;
  private readonly prompt: Pick<Prompt, 'keys'>;
  private readonly from: Tokens;

  constructor(prompt: Pick<Prompt, 'keys'>, from: Tokens, length: Tokens) {
    this.prompt = prompt;
    this.from = from;
    this.length = length;
  }

  /**
   * Blocks are cut from the first stored token: where it lies inside a block of the router, or the parent is not the
   * block before it, no key can equal a prompt's, and there are none.
   */
  keys(blockTokens: Tokens, parent: number | undefined): readonly KeyRun[] {
    if (this.from % blockTokens !== 0) return [];
    const skipped = this.from / blockTokens;
    const all = this.prompt.keys(blockTokens);
    const before = skipped === 0 ? undefined : keyAt(all, skipped - 1);
    return before === parent ? sliceKeys(all, skipped, Math.floor(this.length / blockTokens)) : [];
  }
}

function keyAt(runs: readonly KeyRun[], position: number): number | undefined {
  return sliceKeys(runs, position, 1)[0]?.firstKey;
}
