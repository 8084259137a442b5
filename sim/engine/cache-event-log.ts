import { blockKey, type Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';
import type { CacheListener } from './block-pool.ts';
import type { KvEvent } from './model-server.ts';

/** The KV events of a step, until the engine publishes them. */
export class CacheEventLog implements CacheListener {
  readonly events: KvEvent[] = [];

  stored(run: Run, lo: Blocks, hi: Blocks, parentKey: number | undefined): void {
    this.events.push({ type: 'stored', firstKey: blockKey(run, lo), count: hi - lo, parentKey });
  }

  removed(run: Run, lo: Blocks, hi: Blocks): void {
    this.events.push({ type: 'removed', firstKey: blockKey(run, lo), count: hi - lo, parentKey: undefined });
  }
}
