import { sqrt } from '../../base/math.ts';
import type { FitError } from '../../hardware-profiles/kernel-tables.ts';
import { timeAt, type TimeGrid } from '../../hardware-profiles/time-grid.ts';
import { median } from './measured-rows.ts';

/** A measured time at a point of the grid's axes, in seconds. */
export interface Measured {
  readonly point: readonly number[];
  readonly time: number;
}

/**
 * Takes the measured times at the points of a coarser grid. A point that was not measured is filled along the last axis
 * by the straight line through its two nearest measured neighbours; undefined when a line of the last axis has fewer
 * than two. Points that share all coordinates are averaged by their median.
 */
export function thinGrid(
  axes: readonly (readonly number[])[],
  measured: readonly Measured[],
): TimeGrid | undefined {
  const byPoint = new Map<string, number[]>();
  for (const { point, time } of measured) {
    const key = point.join();
    const times = byPoint.get(key);
    if (times === undefined) byPoint.set(key, [time]);
    else times.push(time);
  }
  const last = axes.at(-1) ?? [];
  const lines = product(axes.slice(0, -1));
  const times = new Float64Array(lines.length * last.length);
  for (let line = 0; line < lines.length; line++) {
    const found = last.map((x) => {
      const here = byPoint.get([...(lines[line] ?? []), x].join());
      return here === undefined ? undefined : median(here);
    });
    const filled = fillLine(last, found);
    if (filled === undefined) return undefined;
    times.set(filled, line * last.length);
  }
  return { axes, times };
}

/** Errors of the grid at measured points that it does not hold and that lie within its axes. */
export function fitError(grid: TimeGrid, measured: readonly Measured[]): FitError | undefined {
  const errors: number[] = [];
  for (const { point, time } of measured) {
    const held = grid.axes.every((axis, index) => axis.includes(point[index] ?? NaN));
    const within = grid.axes.every((axis, index) => {
      const x = point[index] ?? NaN;
      return x >= (axis[0] ?? 0) && x <= (axis.at(-1) ?? 0);
    });
    if (!held && within) errors.push(Math.abs(timeAt(grid, point) / time - 1));
  }
  if (errors.length === 0) return undefined;
  errors.sort((a, b) => a - b);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return {
    points: errors.length,
    median: round(median(errors)),
    mean: round(mean),
    p90: round(errors[Math.floor(errors.length * 0.9)] ?? NaN),
  };
}

/**
 * Makes times non-decreasing. Raw times of kernels jump by up to 15 % between neighbouring sizes, up and down: the
 * result is the geometric mean of the largest time so far and the smallest time still to come, with a single high
 * outlier (above 1.15 times what is still to come) cut to that.
 */
export function monotone(times: readonly number[]): number[] {
  const toCome: number[] = [];
  let smallest = Infinity;
  for (let index = times.length - 1; index >= 0; index--) {
    smallest = Math.min(smallest, times[index] ?? Infinity);
    toCome[index] = smallest;
  }
  let largest = 0;
  return toCome.map((floor, index) => {
    largest = Math.max(largest, Math.min(times[index] ?? 0, floor * 1.15));
    return sqrt(floor * Math.min(largest, floor * 1.15));
  });
}

function fillLine(xs: readonly number[], times: readonly (number | undefined)[]): number[] | undefined {
  const known = xs.map((x, index) => ({ x, time: times[index] })).filter(isKnown);
  if (known.length < 2 && !(known.length === 1 && xs.length === 1)) return undefined;
  return xs.map((x, index) => {
    const here = times[index];
    if (here !== undefined) return here;
    const after = known.findIndex((point) => point.x > x);
    const right = after === -1 ? known.length - 1 : Math.max(1, after);
    const a = known[right - 1];
    const b = known[right];
    if (a === undefined || b === undefined) return NaN;
    return Math.max(Math.min(a.time, b.time) / 4, a.time + ((b.time - a.time) * (x - a.x)) / (b.x - a.x));
  });
}

function isKnown(point: { x: number; time: number | undefined }): point is { x: number; time: number } {
  return point.time !== undefined;
}

function product(axes: readonly (readonly number[])[]): number[][] {
  return axes.reduce<number[][]>(
    (lines, axis) => lines.flatMap((line) => axis.map((x) => [...line, x])),
    [[]],
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
