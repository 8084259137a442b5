import type { Blocks, Tokens } from '../../base/units.ts';
import type { BlockPool } from './block-pool.ts';
import type { BlockTable } from './block-table.ts';
import type { EngineConfig } from './engine-config.ts';
import type { PathOfRuns } from './path-of-runs.ts';
import { SlidingWindowManager, type WindowRequest } from './sliding-window-manager.ts';
import { WindowBlocks } from './window-blocks.ts';

/**
 * All groups of sliding-window layers of a model (what HybridKVCacheCoordinator in vllm/v1/core/kv_cache_coordinator.py
 * does for them). They are alike in all but where their blocks lie in the free queue: what one of them needs, each needs.
 */
export class SlidingWindowGroups {
  readonly managers: readonly SlidingWindowManager[];
  /** One of them, for what is alike. */
  readonly one: SlidingWindowManager;
  private readonly pool: BlockPool;

  constructor(config: EngineConfig, window: Tokens, pool: BlockPool) {
    const { slidingWindowGroups = 1 } = config;
    this.one = new SlidingWindowManager(config, window, pool);
    const others = Array.from(
      { length: slidingWindowGroups - 1 },
      () => new SlidingWindowManager(config, window, pool),
    );
    this.managers = [this.one, ...others];
    this.pool = pool;
  }

  /** Empty tables, one a group. */
  tables(): WindowBlocks[] {
    return this.managers.map(() => new WindowBlocks());
  }

  /** The longest prefix of at most `most` blocks that every group has its window of; each keeps its pieces of it. */
  lookUp(request: PathOfRuns, most: Blocks): Blocks {
    const { managers } = this;
    let hit = most;
    let agreed = 0;
    for (let group = 0; agreed < managers.length; group = (group + 1) % managers.length) {
      const own = managers[group]?.lookUp(request, hit) ?? hit;
      agreed = own < hit ? 1 : agreed + 1;
      hit = own;
    }
    return hit;
  }

  /** Blocks among the first `hit` of the last lookup that nobody holds. */
  freeHitBlocks(hit: Blocks): Blocks {
    let free = 0;
    for (const manager of this.managers) free += manager.freeHitBlocks(hit);
    return free;
  }

  /** Blocks that a request needs in all groups so that it has `blocks` of them in each; a new one behind `hit` blocks. */
  needed({ windows }: BlockTable, blocks: Blocks, hit: Blocks, computed: Tokens, capped: boolean): Blocks {
    const { one, managers } = this;
    const [held] = windows;
    const each =
      held === undefined ? one.needed(blocks, hit, computed, capped) : one.missing(held, blocks, capped);
    return managers.length * each;
  }

  /** Holds what the last lookup found, for a request of which `computed` tokens are computed. */
  admit({ windows }: BlockTable, hit: Blocks, computed: Tokens): void {
    for (let group = 0; group < windows.length; group++) {
      const held = windows[group];
      if (held !== undefined) this.managers[group]?.admit(held, hit, computed);
    }
  }

  /** Takes blocks so that a request has `blocks` of them in every group. */
  extend({ windows }: BlockTable, blocks: Blocks): void {
    for (let group = 0; group < windows.length; group++) {
      const held = windows[group];
      if (held === undefined || blocks <= held.blocks) continue;
      this.pool.take(blocks - held.blocks);
      this.managers[group]?.grow(held, blocks);
    }
  }

  /** Makes those of a request's first `whole` blocks findable that retention keeps. */
  cache(request: WindowRequest, { windows }: BlockTable, whole: Blocks): void {
    for (let group = 0; group < windows.length; group++) {
      const held = windows[group];
      if (held !== undefined) this.managers[group]?.cache(request, held, whole);
    }
  }

  /** Gives back the blocks that have left the window when `processed` tokens are computed for good. */
  removeSkipped({ windows }: BlockTable, processed: Tokens): void {
    for (let group = 0; group < windows.length; group++) {
      const held = windows[group];
      if (held !== undefined) this.managers[group]?.removeSkipped(held, processed);
    }
  }

  /** Gives back all blocks, one group after the other. */
  free({ windows }: BlockTable): void {
    for (let group = 0; group < windows.length; group++) this.freeGroup(windows, group);
  }

  /** Gives back all blocks, the last group's first. */
  freeBackwards({ windows }: BlockTable): void {
    for (let group = windows.length - 1; group >= 0; group--) this.freeGroup(windows, group);
  }

  private freeGroup(windows: readonly WindowBlocks[], group: number): void {
    const held = windows[group];
    if (held !== undefined) this.managers[group]?.free(held);
  }
}
