import { mean } from '../../compare/mean.ts';
import { quantile } from '../../base/quantile.ts';

/** What some signed errors, at least one, come to. */
export function errorStatistics(errors: readonly number[]): {
  readonly count: number;
  readonly meanError: number;
  readonly medianAbsoluteError: number;
  readonly meanAbsoluteError: number;
  readonly p90AbsoluteError: number;
} {
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return {
    count: errors.length,
    meanError: mean(errors),
    medianAbsoluteError: quantile(sizes, 0.5),
    meanAbsoluteError: mean(sizes),
    p90AbsoluteError: quantile(sizes, 0.9),
  };
}
