import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';
import type { CacheListener, StoredFor } from './block-pool.ts';
import type { KvEvent } from './model-server.ts';

/** The KV events of a step, until the engine publishes them. */
export class CacheEventLog implements CacheListener {
  readonly events: KvEvent[] = [];

  stored({ runs, request }: StoredFor, lo: Blocks, hi: Blocks): void {
    this.events.push({ type: 'stored', path: runs, from: lo, to: hi, lora: request.lora });
  }

  removed(run: Run, lo: Blocks, hi: Blocks, announced: boolean): void {
    if (announced) this.events.push({ type: 'removed', run, from: lo, to: hi });
  }
}
