import { choleskyInverse } from '../../base/cholesky.ts';
import { exp, log } from '../../base/math.ts';
import { median } from '../../compare/median.ts';
import type { Comparison } from './comparison.ts';
import { huberLoss, huberWeight, spreadsOf, type Spreads } from './huber.ts';

/** A fit: values, and how the errors of the forecast answer to them. */
export interface LeastSquares {
  readonly values: readonly number[];
  /** log(predicted / measured) of each row; NaN where it cannot be compared. */
  readonly residuals: Float64Array;
  /** Change of each residual with the logarithm of each coefficient: `rows x coefficients`, row by row. */
  readonly jacobian: Float64Array;
  /** Of each row; 0 for held-out rows and those that cannot be compared. */
  readonly weights: Float64Array;
}

/*
 * Derivatives are taken over a relative change of a coefficient that moves half of the forecasts by `VISIBLE` or more: a
 * simulated run answers smaller ones in jumps that say nothing. Times of steps are linear in the coefficients.
 */
const LEAST_SHARE = 0.05;
const MOST_SHARE = 4;
const VISIBLE = 0.02;
const ITERATIONS = 40;
/** A loss that falls by less than this for each row has not fallen: a thousandth of a residual's spread, squared. */
const NO_GAIN = 1e-6;

/**
 * Coefficients under which forecasts come closest to the rows that are not held out: Levenberg-Marquardt on the logarithms
 * of coefficients, residuals log(predicted / measured), Huber's loss. A simulated run answers in small jumps, which stop
 * that method early in a flat valley, so a search along each coefficient, the others following, comes after it.
 * Deterministic.
 */
export function leastSquares(comparison: Comparison, start: readonly number[]): LeastSquares {
  const descended = descend(
    comparison,
    start.map((value) => log(value)),
  );
  const at = searchAlong(comparison, descended);
  const residuals = residualsOf(comparison, at);
  return {
    values: at.map((value) => exp(value)),
    residuals,
    jacobian: jacobianOf(comparison, at, residuals),
    weights: weightsOf(comparison, residuals, spreadsOf(comparison.rows, residuals)),
  };
}

function descend(comparison: Comparison, start: readonly number[]): readonly number[] {
  const size = start.length;
  let at = start;
  let residuals = residualsOf(comparison, at);
  let damping = 1e-2;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const spreads = spreadsOf(comparison.rows, residuals);
    const weights = weightsOf(comparison, residuals, spreads);
    const jacobian = jacobianOf(comparison, at, residuals);
    const { normal, gradient } = normalEquations(jacobian, residuals, weights, size);
    const before = lossOf(comparison, residuals, spreads);
    const noise = NO_GAIN * residuals.length;
    let moved = 0;
    for (let attempt = 0; attempt < 8 && moved === 0; attempt++) {
      const inverse = dampedInverse(normal, damping, size);
      const next = at.map((value, i) => {
        const step = gradient.reduce((sum, slope, j) => sum + (inverse[i * size + j] ?? 0) * slope, 0);
        return within(value - Math.max(-1, Math.min(1, step)), start[i]);
      });
      const tried = residualsOf(comparison, next);
      if (lossOf(comparison, tried, spreads) < before - noise) {
        moved = Math.max(...next.map((value, k) => Math.abs(value - (at[k] ?? 0))));
        at = next;
        residuals = tried;
        damping = Math.max(1e-9, damping / 4);
      } else damping *= 5;
    }
    if (moved < 1e-4) break;
  }
  return at;
}

/** A logarithm at most so far from where the search began: a million times less is nothing. */
const FARTHEST = log(1e6);

function within(value: number, start = 0): number {
  return Number.isFinite(value) ? Math.max(start - FARTHEST, Math.min(start + FARTHEST, value)) : start;
}

/** Steps of a coefficient, in its logarithm. */
const SEARCH_STEPS = [0.8, 0.4, 0.2, 0.1, 0.05, 0.02, 0.01];

/** Tries larger and smaller values of each coefficient while the others follow as the normal equations say. */
function searchAlong(comparison: Comparison, start: readonly number[]): readonly number[] {
  const size = start.length;
  let at = start;
  let residuals = residualsOf(comparison, at);
  const spreads = spreadsOf(comparison.rows, residuals);
  let best = lossOf(comparison, residuals, spreads);
  for (const step of SEARCH_STEPS) {
    const weights = weightsOf(comparison, residuals, spreads);
    const { normal } = normalEquations(jacobianOf(comparison, at, residuals), residuals, weights, size);
    const inverse = dampedInverse(normal, 1e-6, size);
    for (let k = 0; k < size; k++) {
      for (const signed of [step, -step]) {
        const next = at.map((value, i) =>
          within(value + (signed * (inverse[i * size + k] ?? 0)) / (inverse[k * size + k] ?? 1), start[i]),
        );
        const tried = residualsOf(comparison, next);
        const loss = lossOf(comparison, tried, spreads);
        if (!(loss < best - NO_GAIN * residuals.length)) continue;
        [at, residuals, best] = [next, tried, loss];
        break;
      }
    }
  }
  return at;
}

/** `normal` = J' W J, `gradient` = J' W r. */
export function normalEquations(
  jacobian: Float64Array,
  residuals: Float64Array,
  weights: Float64Array,
  size: number,
): { readonly normal: Float64Array; readonly gradient: Float64Array } {
  const normal = new Float64Array(size * size);
  const gradient = new Float64Array(size);
  for (let row = 0; row < residuals.length; row++) {
    const weight = weights[row] ?? 0;
    if (weight === 0) continue;
    for (let i = 0; i < size; i++) {
      const slope = weight * (jacobian[row * size + i] ?? 0);
      gradient[i] = (gradient[i] ?? 0) + slope * (residuals[row] ?? 0);
      for (let j = 0; j < size; j++)
        normal[i * size + j] = (normal[i * size + j] ?? 0) + slope * (jacobian[row * size + j] ?? 0);
    }
  }
  return { normal, gradient };
}

function residualsOf({ rows, predict }: Comparison, at: readonly number[]): Float64Array {
  const predicted = predict(at.map((value) => exp(value)));
  return Float64Array.from(rows, ({ measured }, k) => {
    const value = predicted[k] ?? NaN;
    return value > 0 && measured > 0 ? log(value / measured) : NaN;
  });
}

function jacobianOf(comparison: Comparison, at: readonly number[], residuals: Float64Array): Float64Array {
  const size = at.length;
  const jacobian = new Float64Array(residuals.length * size);
  for (let k = 0; k < size; k++) {
    const differences = (share: number): Float64Array => {
      const moved = residualsOf(
        comparison,
        at.map((value, other) => (other === k ? value + log(1 + share) : value)),
      );
      return moved.map((residual, row) => residual - (residuals[row] ?? NaN));
    };
    let share = LEAST_SHARE;
    let changes = differences(share);
    const typical = medianSize(changes);
    if (typical < VISIBLE) {
      share = Math.min(MOST_SHARE, (share * VISIBLE) / Math.max(typical, 1e-9));
      changes = differences(share);
    }
    for (let row = 0; row < residuals.length; row++) {
      const change = changes[row] ?? NaN;
      jacobian[row * size + k] = Number.isNaN(change) ? 0 : change / share;
    }
  }
  return jacobian;
}

function medianSize(values: Float64Array): number {
  const sizes = [...values].filter((value) => !Number.isNaN(value)).map(Math.abs);
  return sizes.length === 0 ? 0 : median(sizes);
}

function weightsOf({ rows }: Comparison, residuals: Float64Array, spreads: Spreads): Float64Array {
  return residuals.map((residual, k) => {
    const row = rows[k];
    return row === undefined || row.heldOut || Number.isNaN(residual)
      ? 0
      : huberWeight(residual, spreads.get(row.metric) ?? 1);
  });
}

function lossOf({ rows }: Comparison, residuals: Float64Array, spreads: Spreads): number {
  let sum = 0;
  for (const [k, { metric, heldOut }] of rows.entries()) {
    const residual = residuals[k] ?? NaN;
    // A request that a forecast leaves unanswered counts as off by a factor of e.
    if (!heldOut) sum += huberLoss(Number.isNaN(residual) ? 1 : residual, spreads.get(metric) ?? 1);
  }
  return sum;
}

function dampedInverse(normal: Float64Array, damping: number, size: number): Float64Array {
  const damped = normal.slice();
  for (let k = 0; k < size; k++) {
    const own = normal[k * size + k] ?? 0;
    damped[k * size + k] = own * (1 + damping) + 1e-12;
  }
  return choleskyInverse(damped, size);
}
