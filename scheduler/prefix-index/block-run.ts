import type { Prompt } from '../../base/prompt.ts';
import { KEYS_PER_RUN } from '../../base/prompt.ts';
import type { Blocks, Tokens } from '../../base/units.ts';
import type { Bucket } from './bucket.ts';

/** Blocks from … to-1 of the bucket `key` of one space: consecutive blocks of a prompt. */
export interface BlockRun {
  readonly space: BucketSpace;
  readonly key: number;
  readonly from: number;
  readonly to: number;
}

/** Buckets by key. Two blocks are the same if and only if space, bucket and offset are. */
export type BucketSpace = Map<number, Bucket>;

/**
 * The spaces of one index. A block's identity in the picker is a hash chained over its tokens and those before it. Whole
 * blocks of one size are named by the prompt's own keys; a last partial block by the key that the whole prompt has as one
 * block, with its length. The first block of a prompt, whole or not, is the same for every block size: its space is shared,
 * its name the key of that one block, with its length.
 */
export class BlockSpaces {
  private readonly heads: BucketSpace = new Map();
  private readonly sizes = new Map<Tokens, { whole: BucketSpace; tails: BucketSpace }>();

  /** The first `maxBlocks` blocks of a prompt, the partial one at its end included. */
  runs(prompt: Prompt, blockTokens: Tokens, maxBlocks: Blocks): BlockRun[] {
    const { length } = prompt;
    const runs: BlockRun[] = [];
    if (length === 0 || maxBlocks <= 0) return runs;
    if (length <= blockTokens) {
      runs.push(this.single(this.heads, prompt, length));
      return runs;
    }
    const { whole, tails } = this.ofSize(blockTokens);
    let block = 0;
    for (const { firstKey, count } of prompt.keys(blockTokens)) {
      const take = Math.min(count, maxBlocks - block);
      const skip = block === 0 ? 1 : 0;
      if (skip === 1) runs.push({ space: this.heads, key: firstKey, from: blockTokens, to: blockTokens + 1 });
      if (take > skip) {
        const key = Math.floor(firstKey / KEYS_PER_RUN);
        const from = firstKey - key * KEYS_PER_RUN + skip;
        runs.push({ space: whole, key, from, to: from + take - skip });
      }
      block += take;
      if (block === maxBlocks) return runs;
    }
    if (length > block * blockTokens) runs.push(this.single(tails, prompt, length));
    return runs;
  }

  /** Buckets that exist, for laws about memory. */
  get size(): number {
    let buckets = this.heads.size;
    for (const { whole, tails } of this.sizes.values()) buckets += whole.size + tails.size;
    return buckets;
  }

  private single(space: BucketSpace, prompt: Prompt, length: Tokens): BlockRun {
    const key = prompt.keys(length)[0]?.firstKey ?? 0;
    return { space, key, from: length, to: length + 1 };
  }

  private ofSize(blockTokens: Tokens): { whole: BucketSpace; tails: BucketSpace } {
    let spaces = this.sizes.get(blockTokens);
    if (spaces === undefined) {
      spaces = { whole: new Map(), tails: new Map() };
      this.sizes.set(blockTokens, spaces);
    }
    return spaces;
  }
}
