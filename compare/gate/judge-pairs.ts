import { exp, log } from '../../base/math.ts';
import { figureTitle } from '../../documents/figure.ts';
import type { GateComparison } from '../../documents/gate-report.ts';
import { RELEVANT_SHARE } from '../../documents/metric.ts';
import { mean } from '../mean.ts';
import { holm } from './holm.ts';
import { meanInterval } from './mean-interval.ts';
import { pairsNeeded, signFlipPValue } from './sign-flip.ts';

/** One comparison: a figure of baseline and candidate in runs that belong together, pair after pair; undefined = absent. */
export interface PairedValues {
  readonly baseline: string;
  readonly candidate: string;
  readonly metric: string;
  readonly better: 'lower' | 'higher';
  readonly fixture: string | undefined;
  readonly baselineValues: readonly (number | undefined)[];
  readonly candidateValues: readonly (number | undefined)[];
}

/** Share of gates on equal policies that may call anything better or worse. */
export const LEVEL = 0.05;

export interface JudgedPairs {
  readonly comparisons: readonly GateComparison[];
  /** Comparisons that share the level, and the pairs that each of them needs. */
  readonly family: number;
  readonly pairsNeeded: number;
}

/**
 * Judges all comparisons of a gate together: sign flips of the paired differences, Holm's correction over all of them. A
 * figure is better or worse when it differs significantly, its interval is clear of 0, and the difference matters. With
 * too few pairs for the level there is neither verdict nor interval. Durations and rates are compared as ratios: values are then geometric
 * means over the pairs; shares as differences of means.
 */
export function judgePairs(all: readonly PairedValues[], seed: number): JudgedPairs {
  const paired = all.flatMap((values) => {
    const pairs = pairsOf(values);
    return pairs.length === 0 ? [] : [{ values, ...differencesOf(values.metric, pairs) }];
  });
  const needed = pairsNeeded(LEVEL / Math.max(1, paired.length));
  const pValues = paired.map(({ differences }) => signFlipPValue(differences, seed));
  const adjusted = holm(pValues);
  const comparisons = paired.map(({ values, differences, means, back }, index): GateComparison => {
    const { baseline, candidate, metric, better, fixture } = values;
    const enough = differences.length >= needed;
    const interval = enough ? meanInterval(differences, seed) : undefined;
    const [baselineValue, candidateValue] = means;
    const difference = candidateValue - baselineValue;
    const shown = interval && ([back(interval[0]), back(interval[1])] as [number, number]);
    return {
      baseline,
      candidate,
      metric,
      ...(fixture !== undefined && { fixture }),
      baselineValue,
      candidateValue,
      difference,
      ...(baselineValue !== 0 && { ratio: candidateValue / baselineValue }),
      ...(shown !== undefined && { interval: shown }),
      pairs: differences.length,
      pValue: pValues[index] ?? 1,
      adjustedPValue: adjusted[index] ?? 1,
      verdict: enough
        ? verdictOf({ baselineValue, difference, better, interval, pValue: adjusted[index] ?? 1 })
        : 'too little data',
    };
  });
  return { comparisons, family: paired.length, pairsNeeded: needed };
}

/** What a difference says, given its corrected p-value and an interval of it (in whatever scale: its sides of 0 count). */
export function verdictOf(found: {
  readonly baselineValue: number;
  readonly difference: number;
  readonly better: 'lower' | 'higher';
  readonly interval: readonly [number, number] | undefined;
  readonly pValue: number;
}): GateComparison['verdict'] {
  const { baselineValue, difference, better, interval, pValue } = found;
  const clear = interval !== undefined && (interval[0] > 0 || interval[1] < 0);
  const relevant = Math.abs(difference) >= RELEVANT_SHARE * Math.abs(baselineValue);
  if (!clear || !relevant || pValue > LEVEL) return 'too close to call';
  return difference > 0 === (better === 'higher') ? 'better' : 'worse';
}

function pairsOf({ baselineValues, candidateValues }: PairedValues): (readonly [number, number])[] {
  return baselineValues.flatMap((baseline, pair) => {
    const candidate = candidateValues[pair];
    return baseline === undefined || candidate === undefined ? [] : [[baseline, candidate] as const];
  });
}

interface Differences {
  readonly differences: readonly number[];
  /** Of baseline and candidate. */
  readonly means: readonly [number, number];
  /** From the scale of `differences` to candidate - baseline. */
  readonly back: (difference: number) => number;
}

function differencesOf(metric: string, pairs: readonly (readonly [number, number])[]): Differences {
  const isShare = figureTitle(metric).unit === 'share';
  const isRatio = !isShare && pairs.every(([a, b]) => a > 0 && b > 0);
  const scale = isRatio ? log : (value: number): number => value;
  const baseline = mean(pairs.map(([value]) => scale(value)));
  const candidate = mean(pairs.map(([, value]) => scale(value)));
  const differences = pairs.map(([a, b]) => (a === b ? 0 : scale(b) - scale(a)));
  if (!isRatio) {
    // The bootstrap knows nothing of the ends of a share.
    const back = (difference: number): number =>
      isShare ? Math.min(1 - baseline, Math.max(-baseline, difference)) : difference;
    return { differences, means: [baseline, candidate], back };
  }
  const from = exp(baseline);
  return {
    differences,
    means: [from, exp(candidate)],
    back: (difference) => from * (exp(difference) - 1),
  };
}
