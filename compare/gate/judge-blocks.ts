import type { GateComparison } from '../../documents/gate-report.ts';
import type { RequestTable } from '../../documents/request-table.ts';
import { differenceInterval } from '../interval.ts';
import { meanOfAll } from '../mean.ts';
import { resample } from '../resample.ts';
import { holm } from './holm.ts';
import { verdictOf, type JudgedPairs, type PairedValues } from './judge-pairs.ts';

/** Two policies of which there are too few runs to pair. */
export interface BlockContest {
  readonly baseline: readonly RequestTable[];
  readonly candidate: readonly RequestTable[];
  /** The figures to judge, with a value per run. */
  readonly values: readonly PairedValues[];
}

/**
 * Judges single runs by resampling what they hold: whole sessions, or minutes of arrivals. That knows how much requests
 * differ, and nothing of how runs differ. Figures that cannot be resampled are left out. The p-value is twice the share of
 * draws on the rarer side of 0, corrected by Holm.
 */
export function judgeBlocks(contests: readonly BlockContest[], seed: number): JudgedPairs {
  const found = contests.flatMap(({ baseline, candidate, values }) => {
    const { policies } = resample([baseline, candidate], seed);
    return values.flatMap((one) => {
      const means = [one.baselineValues, one.candidateValues].map(meanOfAll);
      const [baselineValue, candidateValue] = means;
      if (baselineValue === undefined || candidateValue === undefined) return [];
      const draws = policies?.map(({ metrics }) => metrics.get(one.metric));
      if (draws !== undefined && draws[0] === undefined) return [];
      const [before, after] = draws ?? [];
      const sampled = before !== undefined && after !== undefined;
      return {
        one,
        baselineValue,
        candidateValue,
        interval: sampled ? differenceInterval(before, after) : undefined,
        pValue: sampled ? pValueOf(before, after) : undefined,
      };
    });
  });
  const adjusted = holm(found.map(({ pValue }) => pValue ?? 1));
  const comparisons = found.map(
    ({ one, baselineValue, candidateValue, interval, pValue }, index): GateComparison => {
      const { baseline, candidate, metric, better } = one;
      const difference = candidateValue - baselineValue;
      const corrected = adjusted[index] ?? 1;
      return {
        baseline,
        candidate,
        metric,
        baselineValue,
        candidateValue,
        difference,
        ...(baselineValue !== 0 && { ratio: candidateValue / baselineValue }),
        ...(interval !== undefined && { interval }),
        pairs: one.baselineValues.length,
        ...(pValue !== undefined && { pValue, adjustedPValue: corrected }),
        verdict:
          interval === undefined
            ? 'too little data'
            : verdictOf({ baselineValue, difference, better, interval, pValue: corrected }),
      };
    },
  );
  return { comparisons, family: found.length, pairsNeeded: 1 };
}

/** The draw at hand counts on both sides, so that no p-value is 0. */
function pValueOf(before: Float64Array, after: Float64Array): number {
  let below = 1;
  let above = 1;
  after.forEach((value, draw) => {
    const difference = value - (before[draw] ?? NaN);
    if (difference <= 0) below++;
    if (difference >= 0) above++;
  });
  return Math.min(1, (2 * Math.min(below, above)) / (after.length + 1));
}
