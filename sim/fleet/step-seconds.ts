import type { Seconds, Tokens } from '../../base/units.ts';
import type { StepShape } from '../latency/step-time-model.ts';
import type { PoolInput } from './run-input.ts';

/** What a step computes: rows of one context, and pieces of prompts. */
export interface StepParts {
  /** Sequences that get their next token, each after `context` tokens; of all these, `shared` are read again. */
  readonly decode?: { readonly rows: number; readonly context: Tokens; readonly shared?: Tokens };
  readonly chunks?: readonly { readonly tokens: Tokens; readonly computed: Tokens }[];
}

/** Ticks per second of the clock on which steps are timed here: nanoseconds. */
const NANOSECONDS = 1e9;

/** How long single steps of a replica of the pool take: no queue, no cache, no scheduler. */
export function stepSecondsOf({ stepTime }: PoolInput): (parts: StepParts) => Seconds {
  const timer = stepTime.timer(NANOSECONDS);
  return ({ decode = { rows: 0, context: 0, shared: 0 }, chunks = [] }) => {
    const { rows } = decode;
    const context = Math.round(decode.context);
    const shape: StepShape = {
      decodeRows: rows,
      decodeTokens: rows,
      decodeContext: rows * context,
      decodeContextSquares: rows * context * context,
      sharedContext: decode.shared ?? 0,
      windowContext: rows * Math.min(context, stepTime.slidingWindow ?? 0),
      windowGrowingRows: 0,
      windowStepsToFull: 0,
      chunks: chunks.length,
      chunkTokens: chunks.map(({ tokens }) => tokens),
      chunkComputed: chunks.map(({ computed }) => computed),
      sampledRows: rows + chunks.length,
      adapters: 0,
    };
    return timer.step(shape) / NANOSECONDS;
  };
}
