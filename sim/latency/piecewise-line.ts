import { invariant } from '../../base/invariant.ts';

/**
 * A piecewise affine function of a non-negative whole number: from starts[i] to starts[i+1] it is
 * values[i] + slopes[i] * (x - starts[i]). The last piece has no end.
 */
export interface PiecewiseLine {
  /** Whole numbers, ascending, the first is 0. */
  readonly starts: readonly number[];
  readonly values: readonly number[];
  readonly slopes: readonly number[];
}

/** The line through (0, value) with one slope. */
export function straightLine(value: number, slope: number): PiecewiseLine {
  return { starts: [0], values: [value], slopes: [slope] };
}

/** Connects points with straight pieces; the last piece goes on beyond the last point. Abscissae ascend from 0. */
export function throughPoints(xs: readonly number[], ys: readonly number[]): PiecewiseLine {
  invariant(
    xs.length === ys.length && xs.length >= 2 && xs[0] === 0,
    'a line goes through two points, from 0 on',
  );
  const slopes: number[] = [];
  for (let index = 0; index + 1 < xs.length; index++) {
    const width = (xs[index + 1] ?? 0) - (xs[index] ?? 0);
    slopes.push(((ys[index + 1] ?? 0) - (ys[index] ?? 0)) / width);
  }
  return { starts: xs.slice(0, -1), values: ys.slice(0, -1), slopes };
}

/** The function multiplied by `factor`. */
export function scaled({ starts, values, slopes }: PiecewiseLine, factor: number): PiecewiseLine {
  return {
    starts,
    values: values.map((value) => value * factor),
    slopes: slopes.map((slope) => slope * factor),
  };
}

/** The sum of two functions. */
export function sumOfLines(a: PiecewiseLine, b: PiecewiseLine): PiecewiseLine {
  const starts = [...new Set([...a.starts, ...b.starts])].sort((x, y) => x - y);
  const slopeAt = (line: PiecewiseLine, x: number): number => line.slopes[pieceAt(line, x)] ?? 0;
  return {
    starts,
    values: starts.map((x) => valueAt(a, x) + valueAt(b, x)),
    slopes: starts.map((x) => slopeAt(a, x) + slopeAt(b, x)),
  };
}

export function valueAt(line: PiecewiseLine, x: number): number {
  const piece = pieceAt(line, x);
  return (line.values[piece] ?? 0) + (line.slopes[piece] ?? 0) * (x - (line.starts[piece] ?? 0));
}

/** Index of the piece that holds x. */
export function pieceAt({ starts }: PiecewiseLine, x: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}
