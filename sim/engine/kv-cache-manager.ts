import type { Blocks, Tokens } from '../../base/units.ts';
import type { BlockPool, Hit } from './block-pool.ts';
import type { EngineConfig } from './engine-config.ts';
import { Segment } from './segment.ts';
import type { Sequence } from './sequence.ts';

/**
 * Which blocks a sequence gets, finds and gives back (vllm/v1/core/kv_cache_manager.py), for models with one group of
 * full-attention layers.
 */
export class KvCacheManager {
  readonly pool: BlockPool;
  private readonly blockSize: Tokens;
  private readonly caching: boolean;
  private readonly reserveFullIsl: boolean;
  private readonly watermarkBlocks: Blocks;
  /** Pieces of the last lookup, `hitCount` of them in use. */
  private readonly hits: Hit[] = [];
  private hitCount = 0;
  private hitBlocks: Blocks = 0;
  private freeHitBlocks: Blocks = 0;

  constructor(config: EngineConfig, pool: BlockPool) {
    this.pool = pool;
    this.blockSize = config.blockSize;
    this.caching = config.enablePrefixCaching;
    this.reserveFullIsl = config.schedulerReserveFullIsl;
    this.watermarkBlocks = Math.floor(config.watermark * config.numGpuBlocks);
  }

  /** Tokens of a sequence that the prefix cache holds: whole blocks, never its last token. Kept for `admit`. */
  lookUp(sequence: Sequence): Tokens {
    this.hitCount = 0;
    this.hitBlocks = 0;
    this.freeHitBlocks = 0;
    if (!this.caching) return 0;
    const { blockSize, hits } = this;
    const most = Math.floor((sequence.tokens - 1) / blockSize);
    let block = 0;
    for (let position = 0; position < sequence.runs.length && block < most; position++) {
      const run = sequence.runs[position];
      if (run === undefined) break;
      const next = sequence.runs[position + 1];
      const end = next === undefined ? most : Math.min(most, Math.floor(next.begin / blockSize));
      while (block < end) {
        const hit = (hits[this.hitCount] ??= { segment: NONE, lo: 0, hi: 0 });
        if (!this.pool.find(run, block, hit)) {
          this.hitBlocks = block;
          return block * blockSize;
        }
        if (hit.hi > end) hit.hi = end;
        if (hit.segment.holders === 0) this.freeHitBlocks += hit.hi - hit.lo;
        block = hit.hi;
        this.hitCount++;
      }
    }
    this.hitBlocks = block;
    return block * blockSize;
  }

  /**
   * Gives a waiting sequence the hits of the last lookup and blocks for `tokens` tokens after them. False, and nothing
   * changes, when they, or with reserveFullIsl its whole known text, do not fit.
   */
  admit(sequence: Sequence, tokens: Tokens, anythingRuns: boolean): boolean {
    const { pool, blockSize, hitBlocks } = this;
    const spare = anythingRuns ? this.watermarkBlocks : 0;
    const available = pool.free - this.freeHitBlocks - spare;
    if (this.reserveFullIsl && Math.ceil(sequence.tokens / blockSize) - hitBlocks > available) return false;
    const wanted = Math.ceil((hitBlocks * blockSize + tokens) / blockSize) - hitBlocks;
    if (wanted > available) return false;
    for (let piece = 0; piece < this.hitCount; piece++) {
      const hit = this.hits[piece];
      if (hit === undefined) break;
      const first = pool.hold(hit);
      sequence.held.push({ first, last: first, hi: hit.hi });
    }
    pool.take(wanted);
    sequence.blocks = hitBlocks + wanted;
    sequence.cachedBlocks = hitBlocks;
    return true;
  }

  /** Gives a running sequence blocks for `tokens` more tokens; false, and nothing changes, when they are not free. */
  grow(sequence: Sequence, tokens: Tokens): boolean {
    const wanted = Math.ceil((sequence.computed + tokens) / this.blockSize) - sequence.blocks;
    if (wanted <= 0) return true;
    if (wanted > this.pool.free) return false;
    this.pool.take(wanted);
    sequence.blocks += wanted;
    return true;
  }

  /** Makes the whole blocks among a sequence's first `tokens` tokens findable. */
  cache(sequence: Sequence, tokens: Tokens): void {
    if (!this.caching) return;
    const { blockSize } = this;
    const whole = Math.floor(tokens / blockSize);
    let block = sequence.cachedBlocks;
    while (block < whole) {
      const run = this.runOfBlock(sequence, block);
      if (run === undefined) break;
      const next = sequence.runs[sequence.runPosition + 1];
      const end = next === undefined ? whole : Math.min(whole, Math.floor(next.begin / blockSize));
      const { held } = sequence;
      const last = held[held.length - 1];
      const segment = this.pool.store(run, block, end, last?.last);
      if (last !== undefined && segment === last.last) last.hi = end;
      else held.push({ first: segment, last: segment, hi: end });
      block = end;
    }
    sequence.cachedBlocks = block;
  }

  /** Takes all blocks back, tail first. */
  free(sequence: Sequence): void {
    this.pool.giveBack(sequence.blocks - sequence.cachedBlocks);
    const { held } = sequence;
    for (let position = held.length - 1; position >= 0; position--) {
      const part = held[position];
      if (part !== undefined) this.pool.release(part.first, part.hi);
    }
    held.length = 0;
    sequence.blocks = 0;
    sequence.cachedBlocks = 0;
    sequence.runPosition = 0;
  }

  /** The run in which a block's last token lies; `runPosition` follows. */
  private runOfBlock(sequence: Sequence, block: Blocks): Sequence['runs'][number] | undefined {
    const lastToken = (block + 1) * this.blockSize - 1;
    for (;;) {
      const next = sequence.runs[sequence.runPosition + 1];
      if (next === undefined || next.begin > lastToken) return sequence.runs[sequence.runPosition];
      sequence.runPosition++;
    }
  }
}

const NONE = new Segment(undefined, 0, 0, 0, 0);
