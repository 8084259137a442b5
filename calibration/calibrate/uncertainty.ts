import { choleskyInverse } from '../../base/cholesky.ts';
import { exp, sqrt } from '../../base/math.ts';
import type { ComparisonRow } from './comparison.ts';
import { normalEquations, type LeastSquares } from './least-squares.ts';

/** What the data say about one coefficient of a fit. */
export interface Certainty {
  /** Bounds of the 95 % interval: the value divided by this, and times this. */
  readonly factor: number;
  /** Whether the forecasts hardly change with it. */
  readonly hasNoEffect: boolean;
  /** Position of the coefficient that it cannot be told from; undefined = it stands alone. */
  readonly twin: number | undefined;
}

/** A change of a coefficient by a tenth that moves forecasts by less than 1 in 10,000 is none. */
const LEAST_EFFECT = 1e-3;
/** Variance inflation beyond which two coefficients are one: their effects agree in 99.95 % of their squares. */
const MOST_INFLATION = 2000;

/**
 * Intervals that allow rows of one block to err together (the sandwich of Huber and White over blocks), and which
 * coefficients the data cannot tell apart.
 */
export function certaintyOf(
  { jacobian, residuals, weights, values }: LeastSquares,
  rows: readonly ComparisonRow[],
): Certainty[] {
  const size = values.length;
  const { normal } = normalEquations(jacobian, residuals, weights, size);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const norms = values.map((_, k) => sqrt(normal[k * size + k] ?? 0));
  const silent = norms.map((norm) => !(norm / sqrt(total) > LEAST_EFFECT));
  const kept = values.flatMap((_, k) => (silent[k] === true ? [] : [k]));
  const part = (matrix: (i: number, j: number) => number): Float64Array =>
    Float64Array.from({ length: kept.length * kept.length }, (_, at) =>
      matrix(kept[Math.floor(at / kept.length)] ?? 0, kept[at % kept.length] ?? 0),
    );
  const correlation = part((i, j) => {
    const own = i === j ? 1e-9 : 0;
    return (normal[i * size + j] ?? 0) / ((norms[i] ?? 1) * (norms[j] ?? 1)) + own;
  });
  const inverse = choleskyInverse(correlation, kept.length);
  const { products: meat, blocks } = scoreProducts({ jacobian, residuals, weights }, rows, size);
  const degrees = Math.max(1, blocks - size);
  return values.map((_, k): Certainty => {
    const at = kept.indexOf(k);
    if (at < 0) return { factor: Infinity, hasNoEffect: true, twin: undefined };
    // The k-th row of the inverse of J' W J, whose columns are in units of their norms.
    const bread = kept.map(
      (other, j) => (inverse[at * kept.length + j] ?? 0) / ((norms[k] ?? 1) * (norms[other] ?? 1)),
    );
    let variance = 0;
    for (const [i, first] of kept.entries())
      for (const [j, second] of kept.entries())
        variance += (bread[i] ?? 0) * (meat[first * size + second] ?? 0) * (bread[j] ?? 0);
    const inflation = inverse[at * kept.length + at] ?? Infinity;
    const alike = kept
      .map((other, j) => ({ other, size: Math.abs(correlation[at * kept.length + j] ?? 0) }))
      .filter(({ other }) => other !== k)
      .sort((a, b) => b.size - a.size)[0];
    return {
      factor: exp(studentQuantile(degrees) * sqrt((variance * blocks) / degrees)),
      hasNoEffect: false,
      twin: inflation <= MOST_INFLATION ? undefined : alike?.other,
    };
  });
}

/**
 * Forecasts of a block are wrong together by at least this share, also where measurements scatter less than that: the
 * median of the absolute errors of mean TPOT over dense BF16 models that were held out (README, "How accurate it is").
 */
const MODEL_ERROR = 0.013;

/** Sum over blocks of g g', g = the block's share of J' W r; to which the least error of a model is added. */
function scoreProducts(
  { jacobian, residuals, weights }: Pick<LeastSquares, 'jacobian' | 'residuals' | 'weights'>,
  rows: readonly ComparisonRow[],
  size: number,
): { readonly products: Float64Array; readonly blocks: number } {
  const scores = new Map<number, Float64Array>();
  const slopes = new Map<number, Float64Array>();
  for (const [row, { block }] of rows.entries()) {
    const weight = weights[row] ?? 0;
    if (weight === 0) continue;
    const score = scores.get(block) ?? new Float64Array(size);
    scores.set(block, score);
    const slope = slopes.get(block) ?? new Float64Array(size);
    slopes.set(block, slope);
    for (let k = 0; k < size; k++) {
      const change = weight * (jacobian[row * size + k] ?? 0);
      score[k] = (score[k] ?? 0) + change * (residuals[row] ?? 0);
      slope[k] = (slope[k] ?? 0) + change * MODEL_ERROR;
    }
  }
  const products = new Float64Array(size * size);
  for (const score of [...scores.values(), ...slopes.values()])
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        products[i * size + j] = (products[i * size + j] ?? 0) + (score[i] ?? 0) * (score[j] ?? 0);
  return { products, blocks: scores.size };
}

/** The 97.5 % quantile of Student's t, to 1 % from four degrees of freedom on (Cornish and Fisher's expansion). */
function studentQuantile(degrees: number): number {
  const z = 1.959964;
  const first = (z * z * z + z) / 4;
  const second = (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / 96;
  return z + first / degrees + second / (degrees * degrees);
}
