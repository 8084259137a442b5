import type { Blocks, Tokens } from '../../base/units.ts';
import type { EngineConfig } from './engine-config.ts';
import type { Segment } from './segment.ts';

/*
 * The blocks of one request in the group of sliding-window layers. Layout: blocks below `nulls` have left the window (or
 * never were in it). Behind them pieces, `head` … `pieces` - 1: piece i covers blocks lo[i] … lo[i + 1] - 1 and either
 * begins with a segment (and goes on along `right`) or holds nothing that can be found. Masked blocks are never cached,
 * so both kinds alternate; what is not decided yet is the last piece.
 */
export class WindowBlocks {
  blocks: Blocks = 0;
  nulls: Blocks = 0;
  /** Blocks for which it is decided whether they can be found. */
  decided: Blocks = 0;
  readonly lo: Blocks[] = [];
  readonly segments: (Segment | undefined)[] = [];
  head = 0;
  pieces = 0;

  clear(): void {
    this.blocks = 0;
    this.nulls = 0;
    this.decided = 0;
    this.head = 0;
    this.pieces = 0;
  }

  /** Blocks below this leave the window without anybody noticing: nothing of them can be found. */
  get blankUntil(): Blocks {
    if (this.head === this.pieces) return Infinity;
    if (this.segments[this.head] !== undefined) return this.nulls;
    return this.head + 1 < this.pieces ? this.endOf(this.head) : Infinity;
  }

  push(lo: Blocks, segment: Segment | undefined): void {
    this.lo[this.pieces] = lo;
    this.segments[this.pieces] = segment;
    this.pieces++;
  }

  /** Blocks in pieces that hold nothing that can be found. */
  blankBlocks(): Blocks {
    let blank = 0;
    for (let piece = this.head; piece < this.pieces; piece++) {
      if (this.segments[piece] === undefined) blank += this.endOf(piece) - (this.lo[piece] ?? 0);
    }
    return blank;
  }

  endOf(piece: number): Blocks {
    return piece + 1 < this.pieces ? (this.lo[piece + 1] ?? 0) : this.blocks;
  }
}

/**
 * Blocks of a window group that a request holds at most: its window, and what is in flight behind it
 * (SlidingWindowSpec.max_admission_blocks_per_request in vllm/v1/kv_cache_interface.py).
 */
export function mostWindowBlocks(config: EngineConfig, window: Tokens): Blocks {
  const { asyncScheduling, maxNumBatchedTokens, maxModelLen, blockSize } = config;
  const inFlight = (asyncScheduling ? 2 : 1) * maxNumBatchedTokens;
  return Math.ceil(Math.min(window - 1 + inFlight, maxModelLen) / blockSize) + 1;
}
