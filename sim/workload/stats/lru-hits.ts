import type { Tokens } from '../../../base/units.ts';
import type { BlockRanges } from './block-ranges.ts';

/*
 * One LRU pool over whole prompts. Layout: a doubly linked list of block numbers in two Int32Arrays, most recent at the
 * head; `newer` is ABSENT for a block that is not in the pool. Slot `blocks` is the ends of the list.
 */

const ABSENT = -1;

/**
 * Tokens that each request finds in a pool of `slots` blocks (Infinity = nothing is forgotten), in the order given: its
 * leading blocks that are there before it, min(blockSize x blocks, length) tokens. Then its blocks are touched or
 * inserted in prompt order, evicting the oldest; a partial last block takes a whole slot. Outputs are not cached.
 */
export function lruHits(
  ranges: BlockRanges,
  lengths: Int32Array,
  blockSize: Tokens,
  slots: number,
): Float64Array {
  const { starts, first, count, blocks } = ranges;
  const pool = new LruPool(blocks, slots);
  return Float64Array.from(lengths, (length, request) => {
    const from = starts[request] ?? 0;
    const to = starts[request + 1] ?? 0;
    let hits = 0;
    scan: for (let range = from; range < to; range++) {
      const begin = first[range] ?? 0;
      const end = begin + (count[range] ?? 0);
      for (let block = begin; block < end; block++) {
        if (!pool.has(block)) break scan;
        hits++;
      }
    }
    for (let range = from; range < to; range++) {
      const begin = first[range] ?? 0;
      const end = begin + (count[range] ?? 0);
      for (let block = begin; block < end; block++) pool.use(block);
    }
    return Math.min(hits * blockSize, length);
  });
}

class LruPool {
  private readonly newer: Int32Array;
  private readonly older: Int32Array;
  private readonly ends: number;
  private readonly slots: number;
  private size = 0;

  constructor(blocks: number, slots: number) {
    this.ends = blocks;
    this.slots = slots;
    this.newer = new Int32Array(blocks + 1).fill(ABSENT);
    this.older = new Int32Array(blocks + 1);
    this.newer[blocks] = blocks;
    this.older[blocks] = blocks;
  }

  has(block: number): boolean {
    return this.newer[block] !== ABSENT;
  }

  /** Makes a block the most recent one; inserts it, at the cost of the oldest, where it is not there. */
  use(block: number): void {
    if (this.has(block)) this.unlink(block);
    else if (this.size < this.slots) this.size++;
    else if (this.slots === 0) return;
    else this.unlink(this.newer[this.ends] ?? 0);
    const { newer, older, ends } = this;
    const head = older[ends] ?? 0;
    older[block] = head;
    newer[block] = ends;
    newer[head] = block;
    older[ends] = block;
  }

  private unlink(block: number): void {
    const { newer, older } = this;
    const up = newer[block] ?? 0;
    const down = older[block] ?? 0;
    older[up] = down;
    newer[down] = up;
    newer[block] = ABSENT;
  }
}
