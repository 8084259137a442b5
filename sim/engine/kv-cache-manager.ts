import type { Blocks, Tokens } from '../../base/units.ts';
import type { BlockPool } from './block-pool.ts';
import { BlockTable, NO_BLOCKS } from './block-table.ts';
import type { EngineConfig } from './engine-config.ts';
import { blocksOfRun } from './path-of-runs.ts';
import { PrefixIndex } from './prefix-index.ts';
import { PrefixLookup } from './prefix-lookup.ts';
import type { Segment } from './segment.ts';
import type { Sequence } from './sequence.ts';
import { SlidingWindowGroups } from './sliding-window-groups.ts';

/**
 * Which blocks a sequence finds, gets and gives back (vllm/v1/core/kv_cache_manager.py): a group of full-attention
 * layers, and for models that have them groups of sliding-window layers, on one pool. Without full layers the table of
 * their group only counts: it takes nothing from the pool, and nothing is found in it.
 */
export class KvCacheManager {
  readonly pool: BlockPool;
  readonly index = new PrefixIndex(true);
  readonly windows: SlidingWindowGroups | undefined;
  /** Blocks per group that the last allocation took. */
  taken: Blocks = 0;
  private readonly hasFull: boolean;
  private readonly blockSize: Tokens;
  private readonly maxModelLen: Tokens;
  private readonly caching: boolean;
  private readonly reserveFullIsl: boolean;
  private readonly watermark: Blocks;
  /** The last block that a look-up finds counts as missing: a drafting layer needs the hidden states behind it. */
  private readonly dropsLastHit: boolean;
  /** Slots for drafts that a drafting layer computes behind the tokens of a step. */
  private readonly lookahead: Tokens;
  private readonly lookup: PrefixLookup;
  /** Blocks that the last lookup found in every group. */
  private hitBlocks: Blocks = 0;
  private readonly chain: Segment[] = [];
  private readonly spareTables: BlockTable[] = [];

  constructor(config: EngineConfig, pool: BlockPool) {
    this.pool = pool;
    this.hasFull = config.windowsOnly !== true;
    this.blockSize = config.blockSize;
    this.maxModelLen = config.maxModelLen;
    this.caching = config.enablePrefixCaching;
    this.reserveFullIsl = config.schedulerReserveFullIsl;
    this.lookup = new PrefixLookup(this.index, config.blockSize);
    this.dropsLastHit = config.useEagle === true;
    this.lookahead = config.useEagle === true ? config.numSpeculativeTokens : 0;
    this.watermark = Math.floor(config.watermark * config.numGpuBlocks);
    const { slidingWindow } = config;
    if (slidingWindow !== undefined) this.windows = new SlidingWindowGroups(config, slidingWindow, pool);
  }

  /**
   * Tokens of a sequence that the prefix cache holds: whole blocks, never its last token. The blocks are kept for
   * `admit`, which must come before anything else changes the cache.
   */
  lookUp(sequence: Sequence): Tokens {
    this.hitBlocks = 0;
    sequence.sharedPrefix = 0;
    if (!this.caching) return 0;
    const most = Math.floor((sequence.tokens - 1) / this.blockSize);
    const cached = this.hasFull ? this.lookup.find(sequence, most) : most;
    const found = this.dropsLastHit && cached > 0 ? cached - 1 : cached;
    this.hitBlocks = found;
    if (this.windows !== undefined) {
      const hit = this.windows.lookUp(sequence, found);
      if (hit < found) {
        if (this.hasFull) sequence.sharedPrefix = found * this.blockSize;
        this.hitBlocks = hit;
      }
    }
    return this.hitBlocks * this.blockSize;
  }

  /**
   * Gives a sequence that waits the hits of the last lookup, blocks for `external` tokens behind them that come from
   * elsewhere, and for `tokens` more. False, and nothing changes, when that does not fit into the free blocks less
   * `reserved`, or with reserveFullIsl when the whole known text does not fit. Blocks for external tokens cannot be found
   * yet.
   */
  admit(
    sequence: Sequence,
    tokens: Tokens,
    anythingRuns: boolean,
    external = 0,
    reserved: Blocks = 0,
  ): boolean {
    const { pool, blockSize, windows, hitBlocks } = this;
    const isNew = sequence.table === NO_BLOCKS;
    const hit = isNew ? hitBlocks : 0;
    const computed = isNew ? hit * blockSize + external : sequence.computed;
    const available = pool.free - (anythingRuns ? this.watermark : 0);
    const freeHits = isNew ? this.freeHits() : 0;
    const whole = Math.ceil(Math.min(sequence.tokens, this.maxModelLen) / blockSize);
    const blocks = Math.ceil(Math.min(computed + tokens, this.maxModelLen) / blockSize);
    const held = isNew ? hit : sequence.table.blocks;
    if (this.reserveFullIsl) {
      let required = this.ofFull(whole - held) + freeHits;
      if (windows !== undefined) required += windows.needed(sequence.table, whole, hitBlocks, computed, true);
      if (required > available) return false;
    }
    let required = this.ofFull(blocks - held) + freeHits;
    if (windows !== undefined) required += windows.needed(sequence.table, blocks, hitBlocks, computed, false);
    if (required > available - reserved) return false;
    if (isNew) this.holdHits(sequence, computed);
    this.extend(sequence, blocks);
    if (external === 0) this.cache(sequence, Math.min(computed + tokens, sequence.tokens));
    return true;
  }

  /** Gives a running sequence blocks for `tokens` more tokens; false when there are not enough free ones. */
  grow(sequence: Sequence, tokens: Tokens): boolean {
    const { table } = sequence;
    this.taken = 0;
    const known = Math.min(sequence.computed + tokens, sequence.tokens);
    const end = sequence.computed + tokens + this.lookahead;
    this.windows?.removeSkipped(table, Math.max(0, sequence.computed - sequence.inFlight));
    if (end > sequence.slots) {
      const blocks = Math.ceil(Math.min(end, this.maxModelLen) / this.blockSize);
      if ((blocks - table.blocks) * this.groups > this.pool.free) return false;
      this.extend(sequence, blocks);
    }
    if (known >= sequence.cacheAt) this.cache(sequence, known);
    return true;
  }

  /** Makes the whole blocks among a sequence's first `tokens` tokens findable. */
  cache(sequence: Sequence, tokens: Tokens): void {
    if (tokens < sequence.cacheAt) return;
    if (this.hasFull) this.cacheFull(sequence, tokens);
    const { table } = sequence;
    const whole = Math.floor(tokens / this.blockSize);
    table.cachedBlocks = whole;
    sequence.cacheAt = (whole + 1) * this.blockSize;
    this.windows?.cache(sequence, table, whole);
  }

  private cacheFull(sequence: Sequence, tokens: Tokens): void {
    const { blockSize, pool, index } = this;
    const { table, runs } = sequence;
    const whole = Math.floor(tokens / blockSize);
    let block = table.cachedBlocks;
    let position = sequence.runPosition;
    let last = table.pieces === 0 ? undefined : endOfChain(table.held[table.pieces - 1], block);
    while (block < whole) {
      let runEnd = whole;
      for (; position + 1 < runs.length; position++) {
        runEnd = blocksOfRun(sequence, position + 1, blockSize);
        if (runEnd > block) break;
        runEnd = whole;
      }
      const run = runs[position];
      if (run === undefined) break;
      const end = runEnd < whole ? runEnd : whole;
      const segment = pool.store(index, run, block, end, last);
      if (segment !== last) table.held[table.pieces++] = segment;
      last = segment;
      block = end;
    }
    pool.listener?.stored(sequence, table.cachedBlocks, whole);
    sequence.runPosition = position;
  }

  /**
   * Tokens in blocks that several sequences hold, each counted once for every holder but one; 0 with sliding windows,
   * whose groups of layers hold blocks of their own.
   */
  get sharedTokens(): Tokens {
    return this.windows === undefined ? this.pool.shared * this.blockSize : 0;
  }

  /** Groups of layers with blocks of their own. */
  get groups(): number {
    return (this.hasFull ? 1 : 0) + (this.windows?.managers.length ?? 0);
  }

  /** A running sequence has got tokens, and for them blocks that are already taken from the pool; `known` of them may be found. */
  catchUp(sequence: Sequence, known: Tokens): void {
    const { table, computed } = sequence;
    if (computed > sequence.slots) {
      table.blocks = Math.ceil(computed / this.blockSize);
      sequence.slots = table.blocks * this.blockSize;
    }
    this.cache(sequence, computed < known ? computed : known);
  }

  /** Takes all blocks of a sequence back, tail first, one group of layers after the other. */
  free(sequence: Sequence): void {
    const table = this.detach(sequence);
    if (table === NO_BLOCKS) return;
    this.freeTable(table);
    this.windows?.free(table);
    this.spareTables.push(table);
  }

  /** Takes the blocks from a sequence without giving them back yet; for `giveBack`. */
  detach(sequence: Sequence): BlockTable {
    const { table } = sequence;
    sequence.table = NO_BLOCKS;
    sequence.slots = 0;
    sequence.runPosition = 0;
    return table;
  }

  /** Gives back blocks that were detached: all groups' as one list, tail first. */
  giveBack(table: BlockTable): void {
    this.windows?.freeBackwards(table);
    this.freeTable(table);
    this.spareTables.push(table);
  }

  /** Blocks that a sequence still needs to hold all its known tokens. */
  missingBlocks({ table, tokens }: Sequence): Blocks {
    const whole = Math.ceil(Math.min(tokens, this.maxModelLen) / this.blockSize);
    const missing = this.ofFull(whole - table.blocks);
    if (this.windows === undefined || table === NO_BLOCKS) return missing;
    return missing + this.windows.needed(table, whole, 0, 0, true);
  }

  /** Blocks that the group of full layers takes for so many more. */
  private ofFull(more: Blocks): Blocks {
    return this.hasFull && more > 0 ? more : 0;
  }

  /** Blocks among the last hits that nobody holds: they count as free until they are held. */
  private freeHits(): Blocks {
    const { hitBlocks, windows } = this;
    if (hitBlocks === 0) return 0;
    const free = this.hasFull ? this.lookup.freeBlocks(hitBlocks) : 0;
    return windows === undefined ? free : free + windows.freeHitBlocks(hitBlocks);
  }

  private holdHits(sequence: Sequence, computed: Tokens): void {
    const { pool, hitBlocks } = this;
    const table = this.spareTables.pop() ?? new BlockTable(this.windows?.tables() ?? []);
    sequence.table = table;
    if (this.hasFull) this.lookup.hold(pool, table, hitBlocks);
    table.blocks = hitBlocks;
    table.cachedBlocks = hitBlocks;
    sequence.cacheAt = this.caching ? (hitBlocks + 1) * this.blockSize : NEVER;
    this.windows?.admit(table, hitBlocks, computed);
  }

  /** Takes blocks so that a sequence has `blocks` of them in every group. */
  private extend(sequence: Sequence, blocks: Blocks): void {
    const { table } = sequence;
    this.taken = Math.max(0, blocks - table.blocks);
    if (this.taken > 0) {
      if (this.hasFull) this.pool.take(this.taken);
      table.blocks = blocks;
    }
    this.windows?.extend(table, blocks);
    sequence.slots = table.blocks * this.blockSize;
  }

  private freeTable(table: BlockTable): void {
    const { pool, chain } = this;
    if (this.hasFull) pool.giveBack(table.blocks - table.cachedBlocks);
    let end = table.cachedBlocks;
    for (let piece = table.pieces - 1; piece >= 0; piece--) {
      let segment = table.held[piece];
      if (segment === undefined) break;
      const { lo } = segment;
      if (segment.hi === end) {
        pool.release(segment);
      } else {
        let parts = 0;
        for (; segment !== undefined; segment = segment.hi < end ? segment.right : undefined)
          chain[parts++] = segment;
        while (parts > 0) {
          const part = chain[--parts];
          if (part !== undefined) pool.release(part);
        }
      }
      end = lo;
    }
    table.clear();
  }
}

/** Tokens with which nothing more becomes findable; a small integer. */
const NEVER: Tokens = 2 ** 30;

/** The part of a piece that ends with block `end` - 1. */
function endOfChain(first: Segment | undefined, end: Blocks): Segment | undefined {
  let segment = first;
  while (segment !== undefined && segment.hi < end) segment = segment.right;
  return segment;
}
