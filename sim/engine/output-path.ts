import type { Ticks } from '../../base/units.ts';
import { DelayLine } from '../events/delay-line.ts';
import type { EngineOverhead } from './engine-config.ts';
import type { ServerListener } from './model-server.ts';
import type { Sequence } from './sequence.ts';

/** Detokenisation and streaming in the API server: each token leaves a fixed time after its step. */
export class OutputPath {
  /** Sequences of which a first or a last token is under way. */
  private readonly line = new DelayLine<Sequence>();
  private readonly listener: ServerListener;
  private readonly ticks: Ticks;

  constructor({ output }: EngineOverhead, ticksPerSecond: number, listener: ServerListener) {
    this.ticks = Math.round(output * ticksPerSecond);
    this.listener = listener;
  }

  /** Takes the first tokens of a sequence that a step has just made, or the last ones. */
  take(sequence: Sequence, madeAt: Ticks): void {
    if (this.ticks === 0) this.tell(sequence, madeAt, madeAt);
    else this.line.push(madeAt + this.ticks, sequence);
  }

  peekTime(): Ticks {
    return this.line.peekTime();
  }

  /** Lets the next token leave. */
  leave(now: Ticks): void {
    const time = this.line.peekTime();
    const sequence = this.line.shift();
    if (sequence !== undefined) this.tell(sequence, now, time - this.ticks);
  }

  private tell(sequence: Sequence, now: Ticks, madeAt: Ticks): void {
    const { request, finishReason } = sequence;
    if (!sequence.answered) {
      sequence.answered = true;
      this.listener.firstToken(request, now, madeAt);
    }
    // The token that ends a sequence is the last one made.
    if (finishReason !== undefined && finishReason !== 'abort' && sequence.lastToken === madeAt)
      this.listener.ended(request, now, sequence.outputs, finishReason);
  }
}
