import { MOST_BINS, type BinnedRows } from './feature-bins.ts';

/*
 * Memory of a tree: nodes in the order in which they were made, four arrays. A leaf has the feature -1 and its value in
 * `numbers`; any other node has a bound there, and its children in `left` and `right`.
 * Memory of growing: the rows of a node are a stretch of one array, which a split puts in order; one histogram.
 */

/** What a tree may look like. Names and meaning are XGBoost's. */
export interface TreeLimits {
  readonly maxDepth: number;
  /** Rows on either side of a split, at least. */
  readonly minChildWeight: number;
  /** What a split must gain. */
  readonly gamma: number;
  readonly regAlpha: number;
  readonly regLambda: number;
}

/** A binary tree over numbers: left where a feature is at most the bound. */
export class RegressionTree {
  private readonly features: number[] = [];
  private readonly numbers: number[] = [];
  private readonly left: number[] = [];
  private readonly right: number[] = [];

  at(row: Float64Array): number {
    let node = 0;
    for (;;) {
      const feature = this.features[node] ?? -1;
      const number = this.numbers[node] ?? 0;
      if (feature < 0) return number;
      node = ((row[feature] ?? 0) <= number ? this.left[node] : this.right[node]) ?? 0;
    }
  }

  /** The number of a new leaf. */
  addLeaf(value: number): number {
    this.right.push(-1);
    this.left.push(-1);
    this.numbers.push(value);
    return this.features.push(-1) - 1;
  }

  /** The number of a new node, whose children come later. */
  addSplit(feature: number, bound: number): number {
    const node = this.addLeaf(bound);
    this.features[node] = feature;
    return node;
  }

  setChildren(node: number, left: number, right: number): void {
    this.left[node] = left;
    this.right[node] = right;
  }
}

/**
 * Grows a tree on some rows, features and gradients (second derivatives are 1). A split gains T(left)²/(n + lambda) + the
 * same of the right - that of both, T(g) = the sum of gradients, towards 0 by alpha; `leafValue` gives a leaf's value from
 * its rows. Source: Chen, Guestrin, XGBoost, 2016, equations 6 and 7; histograms as in its tree_method hist.
 */
export function growTree(
  { columns, bounds }: BinnedRows,
  rows: Int32Array,
  features: readonly number[],
  gradients: Float64Array,
  limits: TreeLimits,
  leafValue: (rows: Int32Array) => number,
): RegressionTree {
  const tree = new RegressionTree();
  const sums = new Float64Array(MOST_BINS);
  const counts = new Int32Array(MOST_BINS);
  const worth = (sum: number, count: number): number => {
    const rest = Math.max(0, Math.abs(sum) - limits.regAlpha);
    return (rest * rest) / (count + limits.regLambda);
  };

  const bestSplit = (from: number, to: number): { feature: number; bin: number } | undefined => {
    let total = 0;
    for (let i = from; i < to; i++) total += gradients[rows[i] ?? 0] ?? 0;
    let most = worth(total, to - from) + limits.gamma;
    let best: { feature: number; bin: number } | undefined;
    for (const feature of features) {
      const column = columns[feature];
      const bins = bounds[feature]?.length ?? 0;
      if (column === undefined || bins === 0) continue;
      sums.fill(0, 0, bins + 1);
      counts.fill(0, 0, bins + 1);
      for (let i = from; i < to; i++) {
        const row = rows[i] ?? 0;
        const bin = column[row] ?? 0;
        sums[bin] = (sums[bin] ?? 0) + (gradients[row] ?? 0);
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      let sum = 0;
      let count = 0;
      for (let bin = 0; bin < bins; bin++) {
        sum += sums[bin] ?? 0;
        count += counts[bin] ?? 0;
        const others = to - from - count;
        if (others < limits.minChildWeight) break;
        if (count < limits.minChildWeight) continue;
        const gained = worth(sum, count) + worth(total - sum, others);
        if (gained > most) {
          most = gained;
          best = { feature, bin };
        }
      }
    }
    return best;
  };

  const grow = (from: number, to: number, depth: number): number => {
    const split = depth === limits.maxDepth ? undefined : bestSplit(from, to);
    if (split === undefined) return tree.addLeaf(leafValue(rows.subarray(from, to)));
    const { feature, bin } = split;
    const column = columns[feature];
    const stretch = rows.slice(from, to);
    let at = from;
    for (const row of stretch) if ((column?.[row] ?? 0) <= bin) rows[at++] = row;
    const middle = at;
    for (const row of stretch) if ((column?.[row] ?? 0) > bin) rows[at++] = row;
    const node = tree.addSplit(feature, bounds[feature]?.[bin] ?? 0);
    tree.setChildren(node, grow(from, middle, depth + 1), grow(middle, to, depth + 1));
    return node;
  };
  grow(0, rows.length, 0);
  return tree;
}
