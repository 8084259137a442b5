import type { Seconds, Tokens } from '../base/units.ts';
import type { PoolInput } from '../sim/fleet/run-input.ts';

type StepTimer = ReturnType<PoolInput['stepTime']['timer']>;
type StepShape = Parameters<StepTimer['step']>[0];

/** How fast one replica is, read off its step-time model: no queue, no cache, no scheduler. */
export interface ServiceTimes {
  /** A step that gives every one of `rows` sequences its next token, each after `context` tokens. */
  decodeStep(rows: number, context: Tokens): Seconds;
  /** A step that computes a piece of a prompt and nothing else. */
  prefillStep(tokens: Tokens): Seconds;
  /** The least time per computed prompt token over all sizes of a step. */
  readonly leastPrefillPerToken: Seconds;
  /** The least time per output token after `context` tokens over all sizes of a batch. */
  leastDecodePerToken(context: Tokens): Seconds;
}

/** Ticks per second of the clock on which steps are timed here: nanoseconds. */
const NANOSECONDS = 1e9;

export function serviceTimesOf({ stepTime, engine }: PoolInput): ServiceTimes {
  const timer = stepTime.timer(NANOSECONDS);
  const decodeStep = (rows: number, context: Tokens): Seconds => {
    const whole = Math.round(context);
    const window = Math.min(whole, stepTime.slidingWindow ?? 0);
    return (
      timer.step({
        ...EMPTY,
        decodeRows: rows,
        decodeTokens: rows,
        decodeContext: rows * whole,
        decodeContextSquares: rows * whole * whole,
        windowContext: rows * window,
        sampledRows: rows,
      }) / NANOSECONDS
    );
  };
  const prefillStep = (tokens: Tokens): Seconds =>
    timer.step({ ...EMPTY, chunks: 1, chunkTokens: [tokens], chunkComputed: [0], sampledRows: 1 }) /
    NANOSECONDS;
  const least = (sizes: readonly number[], time: (size: number) => Seconds): Seconds =>
    Math.min(...sizes.map((size) => time(size) / size));
  return {
    decodeStep,
    prefillStep,
    leastPrefillPerToken: least(sizesUpTo(engine.maxNumScheduledTokens), prefillStep),
    leastDecodePerToken: (context) =>
      least(sizesUpTo(engine.maxNumActiveSeqs ?? engine.maxNumSeqs), (rows) => decodeStep(rows, context)),
  };
}

/** 1, 2, 3, 4, 6, 8, 12, … and the limit itself. */
export function sizesUpTo(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < most; size *= 2) {
    sizes.push(size);
    if (size >= 2 && 1.5 * size < most) sizes.push(1.5 * size);
  }
  return [...sizes, most];
}

const EMPTY: StepShape = {
  decodeRows: 0,
  decodeTokens: 0,
  decodeContext: 0,
  decodeContextSquares: 0,
  windowContext: 0,
  windowGrowingRows: 0,
  windowStepsToFull: 0,
  chunks: 0,
  chunkTokens: [],
  chunkComputed: [],
  sampledRows: 0,
  adapters: 0,
};
