import type { AccuracyClass, ValidationCell, ValidationGoal } from '../../documents/validation-report.ts';
import { errorFigures } from './error-figures.ts';

/** Absolute errors to stay below, by what is forecast. */
interface Goal {
  readonly title: string;
  readonly metric: string;
  /** Undefined = of all. */
  readonly class?: AccuracyClass;
  readonly medianGoal: number;
  readonly meanGoal: number;
}

const GOALS: readonly Goal[] = [
  { title: 'TPOT, dense BF16', metric: 'tpot.mean', class: 'dense BF16', medianGoal: 0.03, meanGoal: 0.045 },
  { title: 'TPOT, FP8 and MoE', metric: 'tpot.mean', class: 'FP8 and MoE', medianGoal: 0.06, meanGoal: 0.09 },
  {
    title: 'TPOT, FP4 and INT4',
    metric: 'tpot.mean',
    class: 'FP4 and INT4',
    medianGoal: 0.08,
    meanGoal: 0.12,
  },
  { title: 'E2E, dense BF16', metric: 'e2e.mean', class: 'dense BF16', medianGoal: 0.03, meanGoal: 0.045 },
  { title: 'TTFT', metric: 'ttft.mean', medianGoal: 0.05, meanGoal: 0.08 },
  { title: 'P90 TTFT', metric: 'ttft.p90', medianGoal: 0.07, meanGoal: 0.11 },
  { title: 'saturation', metric: 'throughput.requestsPerSecond', medianGoal: 0.02, meanGoal: 0.04 },
];

/**
 * The goals beside what was reached, for pairs that constants may be fitted to and for those held out. Throughput counts
 * where it is at its plateau: an open loop below it completes what arrives, whatever the forecast. Latencies near the
 * knee are left out: there a small error of the step is a large one of TTFT, and the knee's place is scored instead.
 */
export function goalsOf(cells: readonly ValidationCell[]): ValidationGoal[] {
  return GOALS.flatMap((goal) =>
    (['documented', 'unknown'] as const).flatMap((client) =>
      (['held-out', 'fit'] as const).flatMap((split): ValidationGoal[] => {
        const own = cells.filter(
          (cell) =>
            cell.metric === goal.metric &&
            cell.split === split &&
            cell.client === client &&
            (goal.class === undefined || cell.class === goal.class) &&
            (cell.bin === 'knee') === goal.metric.startsWith('throughput'),
        );
        if (own.length === 0) return [];
        const figures = errorFigures(own);
        const met =
          figures.medianAbsoluteError <= goal.medianGoal && figures.meanAbsoluteError <= goal.meanGoal;
        return [{ ...goal, split, client, ...figures, met }];
      }),
    ),
  );
}
