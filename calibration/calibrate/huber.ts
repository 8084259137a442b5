import { median } from '../../compare/median.ts';
import type { ComparedMetric, ComparisonRow } from './comparison.ts';

/*
 * Huber's loss of residuals log(predicted / measured) in units of their spread: the square up to 1.345, in proportion to
 * their size beyond, so that a few wild requests do not decide a fit (Huber 1964; 1.345 keeps 95 % efficiency on normal
 * errors).
 */
const LIMIT = 1.345;

/** Load generators repeat themselves no better than this. */
const LEAST_SPREAD = 0.005;

export type Spreads = ReadonlyMap<ComparedMetric, number>;

/** Spread of the residuals of each metric, from 1.4826 x their median size: TTFT errs more than time per output token. */
export function spreadsOf(rows: readonly ComparisonRow[], residuals: Float64Array): Spreads {
  const sizes = new Map<ComparedMetric, number[]>();
  for (const [k, { metric, heldOut }] of rows.entries()) {
    const size = Math.abs(residuals[k] ?? NaN);
    if (heldOut || Number.isNaN(size)) continue;
    const known = sizes.get(metric) ?? [];
    known.push(size);
    sizes.set(metric, known);
  }
  return new Map(
    [...sizes].map(([metric, known]) => [metric, Math.max(LEAST_SPREAD, 1.4826 * median(known))]),
  );
}

export function huberLoss(residual: number, spread: number): number {
  const size = Math.abs(residual) / spread;
  return size <= LIMIT ? size * size : LIMIT * (2 * size - LIMIT);
}

/** Under which weighted least squares descend this loss. */
export function huberWeight(residual: number, spread: number): number {
  const size = Math.abs(residual) / spread;
  return (size <= LIMIT ? 1 : LIMIT / size) / (spread * spread);
}
