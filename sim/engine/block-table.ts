import type { Blocks } from '../../base/units.ts';
import type { Segment } from './segment.ts';
import type { WindowBlocks } from './window-blocks.ts';

/*
 * The KV blocks of one request in the group of full-attention layers. Layout: the first `cachedBlocks` are in segments:
 * piece i begins with segment held[i] at its `lo`, goes on along `right`, and ends where piece i + 1 begins (the last one
 * at `cachedBlocks`); the others hold nothing that can be found and are only counted.
 */
export class BlockTable {
  blocks: Blocks = 0;
  cachedBlocks: Blocks = 0;
  readonly held: Segment[] = [];
  pieces = 0;
  /** Blocks of each group of sliding-window layers; `blocks` of them in each, null blocks included. */
  readonly windows: readonly WindowBlocks[];

  constructor(windows: readonly WindowBlocks[]) {
    this.windows = windows;
  }

  clear(): void {
    this.blocks = 0;
    this.cachedBlocks = 0;
    this.pieces = 0;
  }
}

/** The table of a sequence that holds nothing. */
export const NO_BLOCKS = new BlockTable([]);
