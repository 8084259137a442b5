import type { KeyRun } from '../../base/prompt.ts';
import { blockKey, keysAlong } from '../../base/prompt-tree.ts';
import type { Ticks, Tokens } from '../../base/units.ts';
import type { KvEvent } from '../../scheduler/kv-event.ts';
import { StoredPromptPart } from '../../scheduler/kv-index/stored-prompt-part.ts';
import type { KvEvent as EngineKvEvent } from '../engine/model-server.ts';
import { DelayLine } from '../events/delay-line.ts';

/** The KV events of a fleet on their way to a router: each batch arrives a fixed time after the step that caused it. */
export class KvEventFeed {
  private readonly line = new DelayLine<Batch>();
  private readonly delay: Ticks;
  private readonly blockSizeOf: (replica: number) => Tokens;

  constructor(delay: Ticks, blockSizeOf: (replica: number) => Tokens) {
    this.delay = delay;
    this.blockSizeOf = blockSizeOf;
  }

  /** The engine's objects are read at once. */
  push(replica: number, events: readonly EngineKvEvent[], at: Ticks): void {
    this.line.push(at + this.delay, { replica, events: translate(events, this.blockSizeOf(replica)) });
  }

  /** The router begins or ends to listen to a replica: what is under way from it is lost. */
  forget(replica: number): void {
    this.line.each((batch) => {
      if (batch.replica === replica) batch.events = [];
    });
  }

  nextTime(): Ticks {
    return this.line.peekTime();
  }

  /** Hands over what has arrived by `now`. */
  deliver(now: Ticks, to: (replica: number, events: readonly KvEvent[]) => void): void {
    while (this.line.peekTime() <= now) {
      const batch = this.line.shift();
      if (batch !== undefined) to(batch.replica, batch.events);
    }
  }
}

interface Batch {
  readonly replica: number;
  events: readonly KvEvent[];
}

/** An engine's events in the router's words: blocks are named by the keys that prompts give them. */
function translate(events: readonly EngineKvEvent[], blockSize: Tokens): KvEvent[] {
  return events.map((event): KvEvent => {
    const { from, to } = event;
    if (event.type === 'removed')
      return { type: 'removed', blocks: [{ firstKey: blockKey(event.run, from), count: to - from }] };
    const { path, lora } = event;
    const end = to * blockSize;
    const names = keysAlong(path, from, to, blockSize);
    const [before] = from === 0 ? [] : keysAlong(path, from - 1, from, blockSize);
    const prompt = {
      keys: (blockTokens: Tokens): KeyRun[] => keysAlong(path, 0, Math.floor(end / blockTokens), blockTokens),
    };
    return {
      type: 'stored',
      blocks: names,
      parent: before?.firstKey,
      tokens: new StoredPromptPart(prompt, from * blockSize, end - from * blockSize),
      blockSize,
      ...(lora !== undefined && { lora }),
    };
  });
}
