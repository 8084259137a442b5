import fc from 'fast-check';

import type { Ticks } from '../../base/units.ts';
import type { StepGrowth, StepShape, StepTimer } from '../../sim/latency/step-time-model.ts';

/** A made-up step time: affine in the context between knots, with a staircase over the rows. Whole ticks throughout. */
export interface TimerNumbers {
  readonly base: number;
  readonly rowsPerStair: number;
  readonly perStair: number;
  /** Ticks per token of context before the first knot, and behind each. */
  readonly slopes: readonly number[];
  readonly knots: readonly number[];
  /** Ticks per token inside the sliding windows of the decode rows. */
  readonly perWindowToken: number;
  /** Ticks per token that several sequences share. */
  readonly perSharedToken: number;
  readonly perChunkToken: number;
  readonly perChunkContext: number;
  /** The timer speaks for at most so many steps at once, however long the line goes on. */
  readonly patience: number;
}

export const timerNumbers: fc.Arbitrary<TimerNumbers> = fc.record({
  base: fc.integer({ min: 1, max: 60 }),
  rowsPerStair: fc.integer({ min: 1, max: 4 }),
  perStair: fc.integer({ min: 0, max: 9 }),
  slopes: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 }),
  knots: fc
    .tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 400 }))
    .map(([first, gap]) => [first, first + gap]),
  perWindowToken: fc.integer({ min: 0, max: 1 }),
  perSharedToken: fc.integer({ min: 0, max: 1 }),
  perChunkToken: fc.integer({ min: 0, max: 4 }),
  perChunkContext: fc.integer({ min: 0, max: 1 }),
  patience: fc.oneof({ weight: 4, arbitrary: fc.constant(Infinity) }, fc.integer({ min: 1, max: 9 })),
});

export class RandomTimer implements StepTimer {
  private readonly numbers: TimerNumbers;

  constructor(numbers: TimerNumbers) {
    this.numbers = numbers;
  }

  step(shape: StepShape): Ticks {
    const { base, rowsPerStair, perStair, perChunkToken, perChunkContext } = this.numbers;
    const { perWindowToken, perSharedToken } = this.numbers;
    let ticks = base + perStair * Math.ceil(shape.decodeRows / rowsPerStair) + this.line(shape.decodeContext);
    ticks += perWindowToken * shape.windowContext + perSharedToken * shape.sharedContext;
    for (let chunk = 0; chunk < shape.chunks; chunk++) {
      ticks += perChunkToken * (shape.chunkTokens[chunk] ?? 0);
      ticks += perChunkContext * (shape.chunkComputed[chunk] ?? 0);
    }
    return ticks;
  }

  growth(shape: StepShape, into: StepGrowth): void {
    const { slopes, knots, perWindowToken, patience } = this.numbers;
    const passed = knots.filter((knot) => knot <= shape.decodeContext).length;
    const knot = knots[passed];
    into.growth = (slopes[passed] ?? 0) * shape.decodeTokens;
    into.steps = Infinity;
    if (knot !== undefined && shape.decodeTokens > 0)
      into.steps = Math.ceil((knot - shape.decodeContext) / shape.decodeTokens);
    if (perWindowToken > 0 && shape.windowGrowingRows > 0) {
      into.growth += perWindowToken * shape.windowGrowingRows;
      into.steps = Math.min(into.steps, shape.windowStepsToFull);
    }
    into.steps = Math.min(into.steps, patience);
  }

  /** Ticks for so many tokens of context. */
  private line(context: number): number {
    const { slopes, knots } = this.numbers;
    let ticks = 0;
    let from = 0;
    slopes.forEach((slope, piece) => {
      const to = Math.min(context, knots[piece] ?? Infinity);
      if (to > from) ticks += slope * (to - from);
      from = Math.max(from, to);
    });
    return ticks;
  }
}
