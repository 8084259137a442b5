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
  /** Where a list is put together: what is kept of it is not longer than it must be. */
  private readonly draft: BlockRun[] = [];

  /** The first `maxBlocks` blocks of a prompt, the partial one at its end included. */
  runs(prompt: Prompt, blockTokens: Tokens, maxBlocks: Blocks): BlockRun[] {
    const { length } = prompt;
    if (length === 0 || maxBlocks <= 0) return [];
    if (length <= blockTokens) return [wholePrompt(this.heads, prompt)];
    const { whole, tails } = this.ofSize(blockTokens);
    const { draft } = this;
    let runs = 0;
    let block = 0;
    for (const { firstKey, count } of prompt.keys(blockTokens)) {
      const take = Math.min(count, maxBlocks - block);
      const skip = block === 0 ? 1 : 0;
      if (skip === 1) draft[runs++] = single(this.heads, firstKey, blockTokens);
      if (take > skip) {
        const key = Math.floor(firstKey / KEYS_PER_RUN);
        const from = firstKey - key * KEYS_PER_RUN + skip;
        draft[runs++] = { space: whole, key, from, to: from + take - skip };
      }
      block += take;
      if (block === maxBlocks) return draft.slice(0, runs);
    }
    if (length > block * blockTokens) draft[runs++] = wholePrompt(tails, prompt);
    return draft.slice(0, runs);
  }

  /** Buckets that exist, for laws about memory. */
  get size(): number {
    let buckets = this.heads.size;
    for (const { whole, tails } of this.sizes.values()) buckets += whole.size + tails.size;
    return buckets;
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

/** Lengths of prompts, in tokens, stay below. */
const LENGTHS = 2 ** 33;

/** The one block that a whole prompt is. */
function wholePrompt(space: BucketSpace, prompt: Prompt): BlockRun {
  return single(space, prompt.keys(prompt.length)[0]?.firstKey ?? 0, prompt.length);
}

/** A block that is named by its key and its length. */
function single(space: BucketSpace, firstKey: number, length: Tokens): BlockRun {
  const key = Math.floor(firstKey / KEYS_PER_RUN);
  const from = (firstKey - key * KEYS_PER_RUN) * LENGTHS + length;
  return { space, key, from, to: from + 1 };
}
