import { quantile as quantileOf } from '../../../base/quantile.ts';
import type { Random } from '../../../base/random.ts';
import { binRows } from './feature-bins.ts';
import type { LatencyModel } from './latency-model.ts';
import { growTree, type RegressionTree } from './regression-tree.ts';

/** What llm-d's training server gives XGBoost: training_server.py of llm-d/llm-d-latency-predictor, 2026 (xgb_params). */
const TREES = 200;
const LEARNING_RATE = 0.05;
const SUBSAMPLE = 0.8;
const COLSAMPLE_BY_TREE = 0.8;
const LIMITS = { maxDepth: 6, minChildWeight: 5, gamma: 0.2, regAlpha: 0.01, regLambda: 0.1 };

/**
 * Gradient-boosted trees for a quantile. The first guess is the quantile of all answers; each tree follows the slope of the
 * pinball loss (1 - quantile where the guess is not below the answer, - quantile else) on a sample of rows and features, and
 * a leaf is the quantile of what its rows lack, of which the learning rate is added. `rows` are of equal length; at least one.
 * Source: XGBoost's objective reg:quantileerror with tree_method hist (Chen, Guestrin, 2016; its leaves are quantiles since
 * 2.0). Not of it: the warm start on the band of the matched share, whose splits any tree finds in the share itself.
 */
export function fitBoostedTrees(
  rows: readonly Float64Array[],
  answers: readonly number[],
  quantile: number,
  random: Random,
): LatencyModel {
  const first = quantileOf(Float64Array.from(answers).sort(), quantile);
  const binned = binRows(rows);
  const features = Array.from({ length: binned.columns.length }, (_, feature) => feature);
  const guesses = new Float64Array(rows.length).fill(first);
  const gradients = new Float64Array(rows.length);
  const trees: RegressionTree[] = [];
  for (let round = 0; round < TREES; round++) {
    for (let i = 0; i < rows.length; i++)
      gradients[i] = (guesses[i] ?? 0) >= (answers[i] ?? 0) ? 1 - quantile : 0 - quantile;
    const sample = Int32Array.from(rows.keys()).filter(() => random.uniform() < SUBSAMPLE);
    const columns = sampleOf(features, Math.max(1, Math.floor(COLSAMPLE_BY_TREE * features.length)), random);
    if (sample.length === 0) continue;
    const tree = growTree(binned, sample, columns, gradients, LIMITS, (leaf) => {
      const lacking = Float64Array.from(leaf, (row) => (answers[row] ?? 0) - (guesses[row] ?? 0));
      return LEARNING_RATE * quantileOf(lacking.sort(), quantile);
    });
    trees.push(tree);
    rows.forEach((row, i) => {
      guesses[i] = (guesses[i] ?? 0) + tree.at(row);
    });
  }
  return { at: (row) => trees.reduce((sum, tree) => sum + tree.at(row), first) };
}

/** So many of a list, drawn without repetition. */
function sampleOf(list: readonly number[], count: number, random: Random): number[] {
  const rest = [...list];
  return Array.from({ length: count }, () => rest.splice(random.integer(rest.length), 1)[0] ?? 0);
}
