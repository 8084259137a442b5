import type { Blocks, Tokens } from '../../base/units.ts';
import type { BlockPool } from './block-pool.ts';
import type { BlockTable } from './block-table.ts';
import { blocksOfRun, type PathOfRuns } from './path-of-runs.ts';
import type { Hit, PrefixIndex } from './prefix-index.ts';

/** Finds how much of a text is cached from its start on (FullAttentionManager.find_longest_cache_hit), and remembers where. */
export class PrefixLookup {
  private readonly index: PrefixIndex;
  private readonly blockSize: Tokens;
  /** Pieces of the last search, `count` of them, one behind the other. */
  private readonly hits: Hit[] = [];
  private count = 0;

  constructor(index: PrefixIndex, blockSize: Tokens) {
    this.index = index;
    this.blockSize = blockSize;
  }

  /** Blocks of a text, at most `most`, that are cached before the first one that is not. */
  find(text: PathOfRuns, most: Blocks): Blocks {
    const { runs } = text;
    const { hits, index, blockSize } = this;
    this.count = 0;
    let block = 0;
    for (let position = 0; position < runs.length && block < most; position++) {
      const run = runs[position];
      if (run === undefined) break;
      let end = most;
      if (position + 1 < runs.length) {
        end = blocksOfRun(text, position + 1, blockSize);
        if (end > most) end = most;
      }
      if (block >= end) continue;
      const cachedRun = index.get(run);
      if (cachedRun === undefined) break;
      const before = this.count;
      this.count = index.find(cachedRun, block, end, hits, before);
      if (this.count > before) block = hits[this.count - 1]?.hi ?? block;
      if (block < end) break;
    }
    return block;
  }

  /** How many of the first `blocks` found blocks nobody holds. */
  freeBlocks(blocks: Blocks): Blocks {
    let free = 0;
    for (let piece = 0; piece < this.count; piece++) {
      const hit = this.hits[piece];
      if (hit?.segment === undefined || hit.lo >= blocks) break;
      if (hit.segment.holders === 0) free += (hit.hi < blocks ? hit.hi : blocks) - hit.lo;
    }
    return free;
  }

  /** Lets a request that has no blocks yet hold the first `blocks` found ones. */
  hold(pool: BlockPool, table: BlockTable, blocks: Blocks): void {
    for (let piece = 0; piece < this.count; piece++) {
      const hit = this.hits[piece];
      if (hit?.segment === undefined || hit.lo >= blocks) break;
      table.held[table.pieces++] = pool.hold(hit.segment, hit.lo, hit.hi < blocks ? hit.hi : blocks);
    }
  }
}
