import { sqrt } from '../../../base/math.ts';
import { choleskyInverse } from '../../../base/cholesky.ts';

/** A fitted line through `features`: the mean of its answer, and how sure it is. */
export interface FittedLine {
  /** Mean and standard deviation of the answer at a point; the deviation holds the noise and the doubt about the weights. */
  at(features: Float64Array): { readonly mean: number; readonly deviation: number };
}

/** Flat Gamma priors over both precisions, rounds at most, and the change of the weights at which it stops. */
const PRIOR = 1e-6;
const ROUNDS = 300;
const STOP_BELOW = 1e-3;

/**
 * Bayesian ridge regression on standardised features: weights have precision lambda, the noise has precision alpha, and both
 * follow from the evidence of the data. `rows` are of equal length. A feature that never changes gets no weight.
 * Source: Tipping, Sparse Bayesian Learning and the Relevance Vector Machine, 2001, and MacKay, Bayesian Interpolation, 1992,
 * with the priors and the stopping rule of scikit-learn's BayesianRidge, which llm-d's latency predictor offers as one of its
 * three models (LATENCY_MODEL_TYPE=bayesian_ridge), behind a StandardScaler.
 */
export function fitBayesianRidge(rows: readonly Float64Array[], answers: readonly number[]): FittedLine {
  const scale = scalesOf(rows);
  const count = rows.length;
  const size = scale.means.length;
  const { gram, moments, centre, squares } = momentsOf(rows, answers, scale);
  let alpha = squares > 0 ? count / squares : 1;
  let lambda = 1;
  let weights = new Float64Array(size);
  let covariance = new Float64Array(size * size);
  for (let round = 0; round < ROUNDS; round++) {
    const precision = gram.map((value, at) => alpha * value + (at % (size + 1) === 0 ? lambda : 0));
    covariance = choleskyInverse(precision, size);
    const next = new Float64Array(size);
    let known = 0;
    let length = 0;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += (covariance[i * size + j] ?? 0) * (moments[j] ?? 0);
      const weight = alpha * sum;
      next[i] = weight;
      known += 1 - lambda * (covariance[i * size + i] ?? 0);
      length += weight * weight;
    }
    const change = next.reduce((sum, weight, i) => sum + Math.abs(weight - (weights[i] ?? 0)), 0);
    weights = next;
    if (round > 0 && change < STOP_BELOW) break;
    const rest = Math.max(0, restOf(weights, gram, moments, squares));
    lambda = (known + 2 * PRIOR) / (length + 2 * PRIOR);
    alpha = (Math.max(0, count - known) + 2 * PRIOR) / (rest + 2 * PRIOR);
  }
  const noise = 1 / alpha;
  const point = new Float64Array(size);
  return {
    at(features) {
      let mean = centre;
      for (let i = 0; i < size; i++) {
        point[i] = ((features[i] ?? 0) - (scale.means[i] ?? 0)) / (scale.deviations[i] ?? 1);
        mean += (weights[i] ?? 0) * (point[i] ?? 0);
      }
      let doubt = 0;
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += (covariance[i * size + j] ?? 0) * (point[j] ?? 0);
        doubt += sum * (point[i] ?? 0);
      }
      return { mean, deviation: sqrt(noise + doubt) };
    },
  };
}

interface Scales {
  readonly means: Float64Array;
  /** 1 for a feature that never changes. */
  readonly deviations: Float64Array;
}

function scalesOf(rows: readonly Float64Array[]): Scales {
  const size = rows[0]?.length ?? 0;
  const means = new Float64Array(size);
  const deviations = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (const row of rows) sum += row[i] ?? 0;
    const mean = sum / rows.length;
    let squares = 0;
    for (const row of rows) squares += ((row[i] ?? 0) - mean) * ((row[i] ?? 0) - mean);
    means[i] = mean;
    const deviation = sqrt(squares / rows.length);
    deviations[i] = deviation > 0 ? deviation : 1;
  }
  return { means, deviations };
}

/** Gram matrix of the scaled rows, their products with the centred answers, the answers' mean and sum of squares about it. */
function momentsOf(rows: readonly Float64Array[], answers: readonly number[], { means, deviations }: Scales) {
  const size = means.length;
  const gram = new Float64Array(size * size);
  const moments = new Float64Array(size);
  const centre = answers.reduce((sum, answer) => sum + answer, 0) / answers.length;
  const point = new Float64Array(size);
  let squares = 0;
  rows.forEach((row, k) => {
    const answer = (answers[k] ?? 0) - centre;
    squares += answer * answer;
    for (let i = 0; i < size; i++) point[i] = ((row[i] ?? 0) - (means[i] ?? 0)) / (deviations[i] ?? 1);
    for (let i = 0; i < size; i++) {
      const value = point[i] ?? 0;
      moments[i] = (moments[i] ?? 0) + value * answer;
      for (let j = 0; j < size; j++) gram[i * size + j] = (gram[i * size + j] ?? 0) + value * (point[j] ?? 0);
    }
  });
  return { gram, moments, centre, squares };
}

/** Sum of the squares that the weights leave: |y|² - 2 w·m + w·G w. */
function restOf(weights: Float64Array, gram: Float64Array, moments: Float64Array, squares: number): number {
  const size = weights.length;
  let rest = squares;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += (gram[i * size + j] ?? 0) * (weights[j] ?? 0);
    rest += (weights[i] ?? 0) * (sum - 2 * (moments[i] ?? 0));
  }
  return rest;
}
