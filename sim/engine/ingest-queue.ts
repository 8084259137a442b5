import type { Ticks, Tokens } from '../../base/units.ts';
import { DelayLine } from '../events/delay-line.ts';
import type { EngineOverhead } from './engine-config.ts';
import type { EngineRequest } from './model-server.ts';
import type { Sequence } from './sequence.ts';

/**
 * The way into the engine: a fixed time for HTTP and hand-over, which requests spend beside each other, and then
 * tokenisation on one thread, one prompt after the other (vLLM's API server has one tokenizer thread).
 */
export class IngestQueue {
  private readonly line = new DelayLine<Sequence>();
  private readonly ticks: Ticks;
  private readonly ticksPerToken: number;
  private free: Ticks = 0;

  constructor({ ingest, ingestPerToken }: EngineOverhead, ticksPerSecond: number) {
    this.ticks = Math.round(ingest * ticksPerSecond);
    this.ticksPerToken = ingestPerToken * ticksPerSecond;
  }

  /** When a prompt that comes in at `now` will be through; nothing else is before it. */
  through(promptTokens: Tokens, now: Ticks): Ticks {
    this.free = Math.max(now + this.ticks, this.free) + Math.round(this.ticksPerToken * promptTokens);
    return this.free;
  }

  push(sequence: Sequence): void {
    this.line.push(sequence.queuedAt, sequence);
  }

  /** The sequence of a request that is in here. */
  find(request: EngineRequest): Sequence | undefined {
    let found: Sequence | undefined;
    this.line.each((sequence) => {
      if (sequence.request === request) found = sequence;
    });
    return found;
  }

  peekTime(): Ticks {
    return this.line.peekTime();
  }

  shift(): Sequence | undefined {
    return this.line.shift();
  }
}
