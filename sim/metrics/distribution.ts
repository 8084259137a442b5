import { quantileSorted } from 'simple-statistics';

import { sortDurations } from '../../base/sort-durations.ts';
import type { Distribution } from '../../documents/run-report.ts';
import { DurationHistogram } from './duration-histogram.ts';

/** With more values than this, figures come from a histogram, and its resolution stands beside them. */
const MOST_EXACT = 1e7;

/**
 * Mean, percentiles (linear interpolation, as numpy does by default) and maximum of durations in seconds. May sort `values`.
 */
export function distributionOf(values: Float64Array): Distribution {
  const count = values.length;
  if (count === 0) return { unit: 's', count };
  if (count > MOST_EXACT) {
    const histogram = new DurationHistogram();
    for (const value of values) histogram.add(value);
    return histogram.distribution(1);
  }
  sortDurations(values);
  let sum = 0;
  for (const value of values) sum += value;
  const sorted = values as unknown as number[];
  return {
    unit: 's',
    count,
    mean: sum / count,
    p50: quantileSorted(sorted, 0.5),
    p90: quantileSorted(sorted, 0.9),
    p95: quantileSorted(sorted, 0.95),
    p99: quantileSorted(sorted, 0.99),
    max: values[count - 1] ?? sum,
  };
}
