import type { CalibrationError } from '../../documents/calibration-report.ts';

export type ComparedMetric = CalibrationError['metric'];

/** One measured figure. Rows of one block were measured at about the same time and may err together. */
export interface ComparisonRow {
  readonly metric: ComparedMetric;
  readonly measured: number;
  readonly block: number;
  /** Whether the fit may not look at it. */
  readonly heldOut: boolean;
}

/** Measurements and a way to forecast them. */
export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /** The forecast of each row, in seconds, from the values of the coefficients; NaN where there is none. */
  predict(values: readonly number[]): Float64Array;
}

/** Blocks are dealt in turn: two are fitted to and the third is held out. */
export function isHeldOut(block: number): boolean {
  return block % 3 === 2;
}

/** Which of at most 30 blocks of consecutive items the k-th of `count` belongs to; a block has at least `least` of them. */
export function blockOf(k: number, count: number, least: number): number {
  const blocks = Math.max(1, Math.min(30, Math.floor(count / least)));
  return Math.floor((k * blocks) / count);
}
