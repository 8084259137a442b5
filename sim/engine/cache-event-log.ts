import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks, Ticks } from '../../base/units.ts';
import type { CacheListener, StoredFor } from './block-pool.ts';
import type { KvEvent, ServerListener } from './model-server.ts';

/** The KV events of a step, until the engine publishes them. */
export class CacheEventLog implements CacheListener {
  private readonly events: KvEvent[] = [];

  stored({ runs, request }: StoredFor, lo: Blocks, hi: Blocks): void {
    this.events.push({ type: 'stored', path: runs, from: lo, to: hi, lora: request.lora });
  }

  /**
   * What was queued up to the processing of an output leaves with it; with asynchronous scheduling the blocks of the
   * pass behind it are among it (Scheduler.update_from_output in vllm/v1/core/sched/scheduler.py).
   */
  publish(listener: ServerListener, now: Ticks): void {
    const { events } = this;
    if (events.length === 0) return;
    listener.kvEvents?.(events, now);
    events.length = 0;
  }

  removed(run: Run, lo: Blocks, hi: Blocks, announced: boolean): void {
    if (announced) this.events.push({ type: 'removed', run, from: lo, to: hi });
  }
}
