import { quantileSorted } from 'simple-statistics';

import type { ComparisonVerdict } from '../documents/run-report.ts';

/** Where the middle 95 % of the draws of candidate - baseline lie; undefined when too few draws have a value. */
export function differenceInterval(
  baseline: Float64Array,
  candidate: Float64Array,
): [number, number] | undefined {
  const differences = sortedValues(candidate.map((value, draw) => value - (baseline[draw] ?? NaN)));
  return differences && [quantileSorted(differences, 0.025), quantileSorted(differences, 0.975)];
}

/** The 2.5 % point of the draws: the lower end of a 95 % interval; undefined when too few draws have a value. */
export function lowerBound(draws: Float64Array): number | undefined {
  const values = sortedValues(draws);
  return values && quantileSorted(values, 0.025);
}

/** What an interval of candidate - baseline says. No interval: too little data. */
export function comparisonVerdict(
  interval: readonly [number, number] | undefined,
  better: 'lower' | 'higher',
): ComparisonVerdict {
  if (interval === undefined) return 'too little data';
  const [low, high] = interval;
  if (low <= 0 && high >= 0) return 'too close to call';
  return low > 0 === (better === 'higher') ? 'better' : 'worse';
}

/** Share of draws that may lack a value (none of their requests completed) before the rest stop speaking for all. */
const MOST_MISSING = 0.05;

function sortedValues(draws: Float64Array): number[] | undefined {
  const values = draws.filter((value) => Number.isFinite(value));
  return values.length < (1 - MOST_MISSING) * draws.length ? undefined : Array.from(values.sort());
}
