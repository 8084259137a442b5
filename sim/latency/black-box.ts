import type { Seconds } from '../../base/units.ts';
import { straightLine } from './piecewise-line.ts';
import type { StepCost } from './step-cost.ts';
import type { StepTimeModel } from './step-time-model.ts';
import { CostTimer } from './step-timer.ts';

/**
 * A step time given outright: constant + perSequence x scheduled requests + perToken x scheduled tokens
 * + perContextToken x (sum over the scheduled requests of their tokens computed before the step). The CPU takes no time.
 */
export function blackBox({
  constant,
  perToken,
  perContextToken,
  perSequence = 0,
}: {
  readonly constant: Seconds;
  readonly perToken: Seconds;
  readonly perContextToken: Seconds;
  readonly perSequence?: Seconds;
}): StepTimeModel {
  const line = straightLine(0, perContextToken);
  const cost: StepCost = {
    tokens: (batch) => constant + perToken * batch.tokens + perSequence * batch.rows,
    decodeAttention: () => line,
    windowAttention: () => undefined,
    readFromCache: () => 0,
    skew: () => 0,
    mixedAttention({ decodeContext, chunks, chunkComputed }) {
      let context = decodeContext;
      for (let chunk = 0; chunk < chunks; chunk++) context += chunkComputed[chunk] ?? 0;
      return perContextToken * context;
    },
    cpu: () => 0,
    asyncScheduling: true,
  };
  return { timer: (ticksPerSecond) => new CostTimer(cost, ticksPerSecond) };
}
