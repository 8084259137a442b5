import type { Blocks, Tokens } from '../../base/units.ts';
import type { BlockPool, StoredFor } from './block-pool.ts';
import type { EngineConfig } from './engine-config.ts';
import { type Hit, PrefixIndex } from './prefix-index.ts';
import { type PathOfRuns, blocksOfRun } from './path-of-runs.ts';
import type { Segment } from './segment.ts';
import { mostWindowBlocks, type WindowBlocks } from './window-blocks.ts';

/** What the window manager needs to know of a request. */
export interface WindowRequest extends PathOfRuns, StoredFor {
  readonly promptTokens: Tokens;
  readonly sharedPrefix: Tokens;
}

/**
 * KV blocks of layers with a sliding window (SlidingWindowManager in vllm/v1/core/single_type_kv_cache_manager.py): a
 * request gives back what has left its window, and with a retention interval only some blocks become findable.
 */
export class SlidingWindowManager {
  readonly index: PrefixIndex;
  private readonly pool: BlockPool;
  private readonly window: Tokens;
  private readonly blockSize: Tokens;
  private readonly retention: Tokens | undefined;
  /** Blocks that must be cached in a row for a hit to end behind them. */
  private readonly contiguous: Blocks;
  /** Most blocks that a request holds at a time: what an admission reserves (max_admission_blocks_per_request). */
  private readonly most: Blocks;
  /** Pieces of the last lookup. */
  private readonly hits: Hit[] = [];
  private hitCount = 0;
  private readonly chain: Segment[] = [];

  constructor(config: EngineConfig, window: Tokens, pool: BlockPool) {
    const { blockSize } = config;
    this.pool = pool;
    // Whoever hears of blocks hears of one group's: that of the full layers where there are any.
    this.index = new PrefixIndex(config.windowsOnly === true);
    this.window = window;
    this.blockSize = blockSize;
    this.retention = config.prefixCacheRetentionInterval;
    this.contiguous = Math.ceil((window - 1) / blockSize);
    this.most = mostWindowBlocks(config, window);
  }

  /** Whole blocks that a request with so many computed tokens no longer attends to. */
  skipped(computed: Tokens): Blocks {
    return Math.max(0, Math.floor((computed - this.window + 1) / this.blockSize));
  }

  /** Decode passes that a request with so many processed tokens has before the one in which block `block` leaves. */
  passesUntilSkip(block: Blocks, processed: Tokens): number {
    return (block + 1) * this.blockSize + this.window - 1 - processed;
  }

  /** Blocks that a new request needs behind `hit` blocks of which `computed` tokens are computed. */
  needed(blocks: Blocks, hit: Blocks, computed: Tokens, capped: boolean): Blocks {
    const required = capped ? Math.min(blocks, this.most) : blocks;
    return Math.max(0, required - Math.max(hit, this.skipped(computed)));
  }

  /** Blocks that a running request still needs so that it has `blocks` of them. */
  missing(table: WindowBlocks, blocks: Blocks, capped: boolean): Blocks {
    return Math.max(0, (capped ? Math.min(blocks, this.most) : blocks) - table.blocks);
  }

  /**
   * The longest prefix of at most `most` blocks that ends in a window of cached blocks, in blocks; its pieces are kept for
   * `admit`. Adds the free ones among them to `freeHitBlocks`.
   */
  lookUp(request: PathOfRuns, most: Blocks): Blocks {
    const { contiguous, index, blockSize } = this;
    this.hitCount = 0;
    let end = most;
    let covered = most;
    let block = most - 1;
    for (let position = request.runs.length - 1; position >= 0 && block >= 0; position--) {
      const run = request.runs[position];
      const first = blocksOfRun(request, position, blockSize);
      if (run === undefined || first > block) continue;
      const cachedRun = index.get(run);
      if (cachedRun === undefined) {
        block = first - 1;
        end = first;
        covered = first;
        continue;
      }
      while (block >= first) {
        const lowest = index.lowestCovered(cachedRun, block);
        if (lowest <= block) {
          covered = Math.max(lowest, first);
          if (end - covered >= contiguous) return this.keep(request, end - contiguous, end);
          block = covered - 1;
        } else {
          end = Math.max(first, index.highestBelow(cachedRun, block));
          covered = end;
          block = end - 1;
        }
      }
    }
    return covered === 0 ? this.keep(request, 0, end) : 0;
  }

  /** Blocks among the first `hit` of the last lookup that nobody holds. */
  freeHitBlocks(hit: Blocks): Blocks {
    let free = 0;
    for (let piece = 0; piece < this.hitCount; piece++) {
      const { segment, lo, hi } = this.hits[piece] ?? NO_HIT;
      if (segment?.holders === 0) free += Math.max(0, Math.min(hi, hit) - lo);
    }
    return free;
  }

  /** Holds what the last lookup found, for a request of which `computed` tokens are computed. */
  admit(table: WindowBlocks, hit: Blocks, computed: Tokens): void {
    table.nulls = Math.min(hit, this.skipped(computed));
    for (let piece = 0; piece < this.hitCount; piece++) {
      const { segment, lo, hi } = this.hits[piece] ?? NO_HIT;
      if (segment === undefined || hi <= table.nulls) continue;
      const from = Math.max(lo, table.nulls);
      table.push(from, this.pool.hold(segment, from, hi));
    }
    table.blocks = hit;
    table.decided = hit;
  }

  /** Gives a request blocks up to `blocks` of them, already taken from the pool. */
  grow(table: WindowBlocks, blocks: Blocks): void {
    if (blocks <= table.blocks) return;
    if (table.pieces === table.head || table.segments[table.pieces - 1] !== undefined)
      table.push(table.blocks, undefined);
    table.blocks = blocks;
  }

  /** Makes those of the first `whole` blocks findable that retention keeps. */
  cache(request: WindowRequest, table: WindowBlocks, whole: Blocks): void {
    if (whole <= table.decided) return;
    const from = Math.max(table.decided, table.nulls);
    const { retention, contiguous, blockSize } = this;
    const per = retention === undefined ? 1 : retention / blockSize;
    if (retention === undefined || (retention > 0 && contiguous >= per)) {
      this.store(request, table, from, whole);
    } else {
      // Kept: the window before the last prompt token, before the end of a shared prefix, and before each segment's end.
      const replay = Math.floor((request.promptTokens - 1) / blockSize);
      const shared = Math.floor(request.sharedPrefix / blockSize);
      const kept = (block: Blocks): boolean =>
        (block >= replay - contiguous && block < replay) ||
        (block >= shared - contiguous && block < shared) ||
        (retention > 0 && block % per >= per - contiguous);
      let block = from;
      while (block < whole) {
        if (!kept(block)) {
          block++;
          continue;
        }
        let end = block + 1;
        while (end < whole && kept(end)) end++;
        this.store(request, table, block, end);
        block = end;
      }
    }
    table.decided = whole;
  }

  /** Gives back the blocks that have left the window when `processed` tokens are computed for good. */
  removeSkipped(table: WindowBlocks, processed: Tokens): void {
    const skipped = Math.min(this.skipped(processed), table.blocks);
    if (skipped > table.nulls) this.release(table, skipped);
  }

  /** Gives back all blocks. */
  free(table: WindowBlocks): void {
    this.release(table, table.blocks);
    table.clear();
  }

  /** Gives back the blocks below `end`, last one first. */
  private release(table: WindowBlocks, end: Blocks): void {
    const { pool } = this;
    let blank = 0;
    let last = table.head;
    while (last + 1 < table.pieces && (table.lo[last + 1] ?? 0) < end) last++;
    let pieceEnd = table.endOf(last);
    const lastEnd = pieceEnd;
    for (let piece = last; piece >= table.head && piece < table.pieces; piece--) {
      const lo = table.lo[piece] ?? 0;
      const first = table.segments[piece];
      const hi = Math.min(pieceEnd, end);
      if (first === undefined) blank += Math.max(0, hi - lo);
      else table.segments[piece] = this.releaseChain(first, hi, pieceEnd);
      table.lo[piece] = hi;
      pieceEnd = lo;
    }
    table.head = lastEnd <= end ? last + 1 : last;
    if (table.head >= table.pieces) {
      table.head = 0;
      table.pieces = 0;
    }
    table.nulls = end;
    pool.giveBack(blank);
  }

  /** Releases the blocks of a piece below `hi`, last one first; returns the segment that the rest begins with. */
  private releaseChain(first: Segment, hi: Blocks, end: Blocks): Segment | undefined {
    const { chain, pool } = this;
    let count = 0;
    let segment: Segment | undefined = first;
    let rest: Segment | undefined;
    while (segment !== undefined && segment.lo < hi) {
      if (segment.hi > hi) pool.cut(segment, hi);
      chain[count++] = segment;
      rest = segment.hi < end ? segment.right : undefined;
      segment = rest;
    }
    for (let position = count - 1; position >= 0; position--) {
      const released = chain[position];
      if (released !== undefined) pool.release(released);
    }
    return hi < end ? rest : undefined;
  }

  /** Enters blocks lo … hi-1, part of the undecided last piece, into the index. */
  private store(request: WindowRequest, table: WindowBlocks, lo: Blocks, hi: Blocks): void {
    if (lo >= hi) return;
    if (this.index.announced) this.pool.listener?.stored(request, lo, hi);
    const { runs } = request;
    const tail = table.pieces - 1;
    const tailLo = table.lo[tail] ?? 0;
    if (lo === tailLo) table.pieces = tail;
    let block = lo;
    let position = 0;
    while (block < hi) {
      while (position + 1 < runs.length && blocksOfRun(request, position + 1, this.blockSize) <= block)
        position++;
      const run = runs[position];
      if (run === undefined) break;
      const runEnd = position + 1 < runs.length ? blocksOfRun(request, position + 1, this.blockSize) : hi;
      const end = Math.min(hi, runEnd);
      const before = table.pieces > table.head ? table.segments[table.pieces - 1] : undefined;
      const last = before === undefined ? undefined : lastOfChain(before, block);
      const segment = this.pool.store(this.index, run, block, end, last);
      if (segment !== last) table.push(block, segment);
      block = end;
    }
    if (hi < table.blocks) table.push(hi, undefined);
  }

  private keep(request: PathOfRuns, lo: Blocks, hi: Blocks): Blocks {
    let block = lo;
    let position = 0;
    while (block < hi) {
      while (
        position + 1 < request.runs.length &&
        blocksOfRun(request, position + 1, this.blockSize) <= block
      )
        position++;
      const run = request.runs[position];
      const cachedRun = run === undefined ? undefined : this.index.get(run);
      if (cachedRun === undefined) break;
      const runEnd =
        position + 1 < request.runs.length ? blocksOfRun(request, position + 1, this.blockSize) : hi;
      const before = this.hitCount;
      this.hitCount = this.index.find(cachedRun, block, Math.min(hi, runEnd), this.hits, before);
      if (this.hitCount === before) break;
      block = this.hits[this.hitCount - 1]?.hi ?? block;
    }
    return hi;
  }
}

const NO_HIT: Hit = { segment: undefined, lo: 0, hi: 0 };

/** The segment of a piece that ends with block `end` - 1. */
function lastOfChain(first: Segment, end: Blocks): Segment | undefined {
  let segment: Segment | undefined = first;
  while (segment !== undefined && segment.hi < end) segment = segment.right;
  return segment?.hi === end ? segment : undefined;
}
