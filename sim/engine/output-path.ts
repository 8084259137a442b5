import type { Ticks } from '../../base/units.ts';
import { DelayLine } from '../events/delay-line.ts';
import type { EngineOverhead } from './engine-config.ts';
import type { FinishReason, ServerListener } from './model-server.ts';
import type { Sequence } from './sequence.ts';

/** A first or last token between the step that made it and the client's side of the server. */
interface LeavingToken {
  readonly sequence: Sequence;
  readonly madeAt: Ticks;
  readonly isFirst: boolean;
  readonly end: FinishReason | undefined;
}

/** Detokenisation and streaming in the API server: each token leaves a fixed time after its step. */
export class OutputPath {
  private readonly line = new DelayLine<LeavingToken>();
  private readonly listener: ServerListener;
  private readonly ticks: Ticks;

  constructor({ output }: EngineOverhead, ticksPerSecond: number, listener: ServerListener) {
    this.ticks = Math.round(output * ticksPerSecond);
    this.listener = listener;
  }

  /** Takes a first token, or the last one with how the sequence ended. */
  take(sequence: Sequence, madeAt: Ticks, end: FinishReason | undefined): void {
    const token = { sequence, madeAt, isFirst: sequence.outputs === 1, end };
    if (this.ticks === 0) this.tell(token, madeAt);
    else this.line.push(madeAt + this.ticks, token);
  }

  peekTime(): Ticks {
    return this.line.peekTime();
  }

  /** Lets the next token leave. */
  leave(now: Ticks): void {
    const token = this.line.shift();
    if (token !== undefined) this.tell(token, now);
  }

  private tell({ sequence, madeAt, isFirst, end }: LeavingToken, now: Ticks): void {
    if (isFirst) this.listener.firstToken(sequence.request, now, madeAt);
    if (end !== undefined) this.listener.ended(sequence.request, now, sequence.outputs, end);
  }
}
