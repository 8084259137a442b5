import { quantile } from '../base/quantile.ts';

/** Median of values in any order; NaN of none. */
export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}
