import type { Seconds } from '../base/units.ts';

/** Times over a grid of whole-number axes, the last axis running fastest. */
export interface TimeGrid {
  readonly axes: readonly (readonly number[])[];
  readonly times: Float64Array;
}

/**
 * The time at a point: linear between neighbours along every axis (interpolation in logarithms overestimates attention
 * by a tenth), constant below the first value of an axis, straight on beyond the last two. Never negative.
 */
export function timeAt({ axes, times }: TimeGrid, point: readonly number[]): Seconds {
  // Corners of the cell that holds the point, with their weights: one pass per axis doubles them.
  let offsets = [0];
  let weights = [1];
  for (let axis = 0; axis < axes.length; axis++) {
    const values = axes[axis] ?? [];
    const { lower, share } = cellOf(values, point[axis] ?? 0);
    const nextOffsets: number[] = [];
    const nextWeights: number[] = [];
    for (let corner = 0; corner < offsets.length; corner++) {
      const base = (offsets[corner] ?? 0) * values.length + lower;
      const weight = weights[corner] ?? 0;
      if (share !== 1) {
        nextOffsets.push(base);
        nextWeights.push(weight * (1 - share));
      }
      if (share !== 0) {
        nextOffsets.push(base + 1);
        nextWeights.push(weight * share);
      }
    }
    offsets = nextOffsets;
    weights = nextWeights;
  }
  let time = 0;
  for (let corner = 0; corner < offsets.length; corner++)
    time += (weights[corner] ?? 0) * (times[offsets[corner] ?? 0] ?? 0);
  return Math.max(0, time);
}

function cellOf(values: readonly number[], x: number): { lower: number; share: number } {
  const last = values.length - 1;
  if (last <= 0 || x <= (values[0] ?? 0)) return { lower: 0, share: 0 };
  let lower = 0;
  while (lower + 2 <= last && (values[lower + 1] ?? 0) <= x) lower++;
  const start = values[lower] ?? 0;
  const end = values[lower + 1] ?? start + 1;
  return { lower, share: (x - start) / (end - start) };
}
