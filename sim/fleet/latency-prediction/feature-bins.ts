/*
 * Memory: one byte per row and feature, a column per feature; per feature the upper bounds of its bins but the last.
 */

/** Rows of numbers cut into bins: a row's bin of a feature is the number of bounds below its value. */
export interface BinnedRows {
  readonly columns: readonly Uint8Array[];
  readonly bounds: readonly Float64Array[];
}

/** Source: XGBoost's max_bin. */
export const MOST_BINS = 256;

/** A bin for every value of a feature, or for as many rows each where there are too many values. */
export function binRows(rows: readonly Float64Array[]): BinnedRows {
  const features = rows[0]?.length ?? 0;
  const columns: Uint8Array[] = [];
  const bounds: Float64Array[] = [];
  for (let feature = 0; feature < features; feature++) {
    const values = Float64Array.from(rows, (row) => row[feature] ?? 0);
    const own = boundsOf(values.slice().sort());
    bounds.push(own);
    columns.push(Uint8Array.from(values, (value) => binOf(value, own)));
  }
  return { columns, bounds };
}

function boundsOf(sorted: Float64Array): Float64Array {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= MOST_BINS) return distinct.subarray(0, Math.max(0, distinct.length - 1));
  const bounds: number[] = [];
  for (let bin = 1; bin < MOST_BINS; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / MOST_BINS)] ?? 0;
    if (value !== bounds.at(-1) && value !== sorted.at(-1)) bounds.push(value);
  }
  return Float64Array.from(bounds);
}

function binOf(value: number, bounds: Float64Array): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
