/*
 * Mean and percentiles of a column whose rows count as often as their block was drawn, without building the resample.
 * Layout: present values in descending order (Float64Array) and the block of each (Int32Array, same order), so that a
 * draw walks down from the largest value and stops at the median.
 */

/** The percentiles that are taken, from the top down: the order of the walk. */
const SHARES = [0.99, 0.95, 0.9, 0.5] as const;
/** Where each of them goes in the order mean, p50, p90, p95, p99 of METRICS. */
const PLACES = [4, 3, 2, 1] as const;

export class SortedColumn {
  private readonly values: Float64Array;
  private readonly blocks: Int32Array;
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;

  constructor(column: Float64Array, blocks: Int32Array, blockCount: number) {
    const rows = Array.from(blocks.keys()).filter(
      (row) => (blocks[row] ?? -1) >= 0 && !Number.isNaN(column[row] ?? NaN),
    );
    rows.sort((a, b) => (column[b] ?? 0) - (column[a] ?? 0) || a - b);
    this.values = Float64Array.from(rows, (row) => column[row] ?? 0);
    this.blocks = Int32Array.from(rows, (row) => blocks[row] ?? 0);
    this.counts = new Float64Array(blockCount);
    this.sums = new Float64Array(blockCount);
    for (const row of rows) {
      const block = blocks[row] ?? 0;
      this.counts[block] = (this.counts[block] ?? 0) + 1;
      this.sums[block] = (this.sums[block] ?? 0) + (column[row] ?? 0);
    }
  }

  /**
   * Writes mean, P50, P90, P95 and P99 (linear interpolation, as `quantileSorted` does on the resample itself) from
   * `position` on and returns the next position. NaN when the draw has no value.
   */
  evaluate(weights: Int32Array, into: Float64Array, position: number): number {
    const { values, blocks } = this;
    let count = 0;
    let sum = 0;
    for (let block = 0; block < weights.length; block++) {
      const weight = weights[block] ?? 0;
      count += weight * (this.counts[block] ?? 0);
      sum += weight * (this.sums[block] ?? 0);
    }
    into[position] = sum / count;
    if (count === 0) {
      into.fill(NaN, position, position + 1 + SHARES.length);
      return position + 1 + SHARES.length;
    }
    let row = -1;
    let seen = 0; // values of the resample down to and including `row`
    let upperRank = Infinity;
    let upper = NaN;
    for (let which = 0; which < SHARES.length; which++) {
      const rank = (count - 1) * (SHARES[which] ?? 0);
      const lowerRank = Math.floor(rank);
      // Neighbouring percentiles of few values may share their upper rank, which the walk has then passed.
      if (Math.ceil(rank) !== upperRank) {
        upperRank = Math.ceil(rank);
        while (seen < count - upperRank) seen += weights[blocks[++row] ?? 0] ?? 0;
        upper = values[row] ?? NaN;
      }
      while (seen < count - lowerRank) seen += weights[blocks[++row] ?? 0] ?? 0;
      const lower = values[row] ?? NaN;
      into[position + (PLACES[which] ?? 0)] = lower + (rank - lowerRank) * (upper - lower);
    }
    return position + 1 + SHARES.length;
  }
}
