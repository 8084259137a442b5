import { KEYS_PER_RUN, type KeyRun } from '../../base/prompt.ts';
import type { Tokens } from '../../base/units.ts';
import type { StoredTokens } from '../kv-event.ts';

/**
 * Stored tokens of an engine whose block names are the keys of its prompts at its own block size, and of which nothing
 * else is known (the simulator's KV events): `blocks` of `engineBlockTokens` tokens each. A run's key is
 * (number of the run, index of the block in the prompt), so that the key of a larger block is that of its last part,
 * with the index divided. Router blocks smaller than the engine's need the prompt: see StoredPromptPart.
 */
export class StoredBlockKeys implements StoredTokens {
  readonly length: Tokens;
  private readonly blocks: readonly KeyRun[];
  private readonly engineBlockTokens: Tokens;

  constructor(blocks: readonly KeyRun[], engineBlockTokens: Tokens) {
    this.blocks = blocks;
    this.engineBlockTokens = engineBlockTokens;
    this.length = blocks.reduce((sum, { count }) => sum + count, 0) * engineBlockTokens;
  }

  /** Throws RangeError unless `blockTokens` is a multiple of the engine's block size. */
  keys(blockTokens: Tokens, parent: number | undefined): readonly KeyRun[] {
    const ratio = blockTokens / this.engineBlockTokens;
    if (!Number.isInteger(ratio))
      throw new RangeError(`router blocks of ${blockTokens} tokens do not consist of engine blocks`);
    if (ratio === 1) return this.blocks;
    return coarser(this.blocks, ratio, parent);
  }
}

function coarser(blocks: readonly KeyRun[], ratio: number, parent: number | undefined): KeyRun[] {
  const first = blocks[0];
  if (first === undefined) return [];
  const start = indexOf(first.firstKey);
  // Cut inside a router block, or behind another block than the one before: no key of a prompt.
  if (start % ratio !== 0) return [];
  const before = parent === undefined ? undefined : indexOf(parent);
  if (before !== (start === 0 ? undefined : start / ratio - 1)) return [];
  const runs: KeyRun[] = [];
  let taken = 0;
  for (const { firstKey, count } of blocks) {
    const base = firstKey - indexOf(firstKey);
    const from = Math.floor((start + taken) / ratio);
    taken += count;
    const to = Math.floor((start + taken) / ratio);
    if (to > from) runs.push({ firstKey: base + from, count: to - from });
  }
  return runs;
}

function indexOf(key: number): number {
  return key % KEYS_PER_RUN;
}
