import type { Override } from '../load/override.ts';

/** One dimension of a sweep. */
export interface SweepAxis {
  readonly name: string;
  /** Of a range: those of its grid. */
  readonly points: readonly SweepPoint[];
  /** Where more points may be played between those of the grid. */
  readonly range: SweepRange | undefined;
}

/** Changes of a scenario that are made together. */
export interface SweepPoint {
  /** Values by path, as written. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly overrides: readonly Override[];
}

export interface SweepRange {
  readonly from: number;
  readonly to: number;
  /** Whether only whole numbers may stand at its path. */
  readonly whole: boolean;
  /** The point with another value of the range. */
  readonly at: (value: number) => SweepPoint;
}

/** The points of every cell of the product, one per axis; the first axis moves slowest. No axes: one cell without points. */
export function cellsOf(axes: readonly SweepAxis[]): (readonly SweepPoint[])[] {
  return axes.reduce<(readonly SweepPoint[])[]>(
    (cells, { points }) => cells.flatMap((cell) => points.map((point) => [...cell, point])),
    [[]],
  );
}
