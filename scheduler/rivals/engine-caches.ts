import type { Prompt } from '../../base/prompt.ts';
import type { Blocks, Tokens } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { HolderIndex } from '../kv-index/holder-index.ts';
import { KvEventIndex } from '../kv-index/kv-event-index.ts';
import { PrefixWalk } from '../kv-index/prefix-walk.ts';
import type { KvEvent } from '../kv-event.ts';

/** What engines hold, as their KV events say, for policies that look at nothing but how much. */
export class EngineCaches {
  private readonly blockTokens: Tokens;
  private readonly holders = new HolderIndex(Infinity, Infinity);
  private readonly events: KvEventIndex;
  private readonly walk = new PrefixWalk();

  constructor(blockTokens: Tokens) {
    this.blockTokens = blockTokens;
    this.events = new KvEventIndex(this.holders, blockTokens, Infinity);
  }

  /** By endpoint index: blocks of the prompt that the endpoint holds from the first on. */
  match(prompt: Prompt | undefined): ReadonlyMap<number, Blocks> {
    const runs = prompt?.keys(this.blockTokens) ?? [];
    const held = new Map<number, Blocks>();
    for (const { endpointIndex, blocks } of this.walk.match(this.holders, runs, []))
      held.set(endpointIndex, blocks);
    return held;
  }

  observe({ index }: Endpoint, model: string, events: readonly KvEvent[]): void {
    for (const event of events) this.events.apply(index, model, event);
  }

  forget(index: number): void {
    this.events.clear(index);
  }
}
