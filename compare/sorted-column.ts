import { sortDurations } from '../base/sort-durations.ts';

/*
 * Mean and percentiles of a column whose rows count as often as their block was drawn, without building the resample.
 * Layout: present values in descending order (Float64Array) and the block of each (Int32Array, same order); at the start of
 * each stretch of rows how many rows of each block lie before it (Int32Array, a line per stretch). A draw finds the stretch
 * of a percentile by the weighted sum of a line or two and walks within it.
 */

/** The percentiles that are taken, from the top down: the order of the walk. */
const SHARES = [0.99, 0.95, 0.9, 0.5] as const;
/** Where each of them goes in the order mean, p50, p90, p95, p99 of METRICS. */
const PLACES = [4, 3, 2, 1] as const;

/** Rows of a stretch per block: half of it walked costs about as much as the lines that are summed. */
const STRETCH_PER_BLOCK = 8;

export class SortedColumn {
  private readonly values: Float64Array;
  private readonly blocks: Int32Array;
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private readonly stretch: number;
  private readonly before: Int32Array;
  /** In which stretch each percentile of the last draw lay: that of the next is not far. */
  private readonly hints = new Int32Array(SHARES.length);
  /** Where the walk is, and how many values of the resample there are down to and including that row. */
  private row = -1;
  private seen = 0;

  constructor(column: Float64Array, blocks: Int32Array, blockCount: number) {
    const values = new Float64Array(column.length);
    const blockOf = new Int32Array(column.length);
    let present = 0;
    for (let row = 0; row < column.length; row++) {
      const block = blocks[row] ?? -1;
      const value = column[row] ?? NaN;
      if (block < 0 || Number.isNaN(value)) continue;
      values[present] = value;
      blockOf[present++] = block;
    }
    this.values = values.subarray(0, present);
    this.blocks = blockOf.subarray(0, present);
    sortDurations(this.values, this.blocks);
    this.values.reverse();
    this.blocks.reverse();
    this.counts = new Float64Array(blockCount);
    this.sums = new Float64Array(blockCount);
    this.stretch = Math.max(1, STRETCH_PER_BLOCK * blockCount);
    this.before = new Int32Array(Math.ceil(present / this.stretch) * blockCount);
    for (let row = 0; row < present; row++) {
      if (row % this.stretch === 0) this.before.set(this.counts, (row / this.stretch) * blockCount);
      const block = this.blocks[row] ?? 0;
      this.counts[block] = (this.counts[block] ?? 0) + 1;
      this.sums[block] = (this.sums[block] ?? 0) + (this.values[row] ?? 0);
    }
  }

  /**
   * Writes mean, P50, P90, P95 and P99 (linear interpolation, as `quantileSorted` does on the resample itself) from
   * `position` on and returns the next position. NaN when the draw has no value.
   */
  evaluate(weights: Int32Array, into: Float64Array, position: number): number {
    const { values } = this;
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
    this.row = -1;
    this.seen = 0;
    let upperRank = Infinity;
    let upper = NaN;
    for (let which = 0; which < SHARES.length; which++) {
      const rank = (count - 1) * (SHARES[which] ?? 0);
      const lowerRank = Math.floor(rank);
      // Neighbouring percentiles of few values may share their upper rank, which the walk has then passed.
      if (Math.ceil(rank) !== upperRank) {
        upperRank = Math.ceil(rank);
        this.skipTo(count - upperRank, weights, which);
        this.walkTo(count - upperRank, weights);
        upper = values[this.row] ?? NaN;
      }
      this.walkTo(count - lowerRank, weights);
      const lower = values[this.row] ?? NaN;
      into[position + (PLACES[which] ?? 0)] = lower + (rank - lowerRank) * (upper - lower);
    }
    return position + 1 + SHARES.length;
  }

  /** To the first row down to which there are at least `target` values. */
  private walkTo(target: number, weights: Int32Array): void {
    const { blocks } = this;
    let { row, seen } = this;
    while (seen < target) seen += weights[blocks[++row] ?? 0] ?? 0;
    this.row = row;
    this.seen = seen;
  }

  /** To the end of the last stretch before that row, unless the walk is already beyond it. */
  private skipTo(target: number, weights: Int32Array, which: number): void {
    const stretches = Math.ceil(this.values.length / this.stretch);
    let stretch = this.hints[which] ?? 0;
    let seen = this.seenBefore(stretch, weights);
    while (seen >= target) seen = this.seenBefore(--stretch, weights);
    while (stretch + 1 < stretches) {
      const next = this.seenBefore(stretch + 1, weights);
      if (next >= target) break;
      stretch++;
      seen = next;
    }
    this.hints[which] = stretch;
    const last = stretch * this.stretch - 1;
    if (last <= this.row) return;
    this.row = last;
    this.seen = seen;
  }

  private seenBefore(stretch: number, weights: Int32Array): number {
    if (stretch === 0) return 0;
    const { before } = this;
    const line = stretch * weights.length;
    let seen = 0;
    for (let block = 0; block < weights.length; block++)
      seen += (weights[block] ?? 0) * (before[line + block] ?? 0);
    return seen;
  }
}
