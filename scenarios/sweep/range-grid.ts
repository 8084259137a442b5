import { pow } from '../../base/math.ts';

/** Points of a range that are played first. A choice: with seven, a range of factor four has steps that people would choose. */
const GRID_POINTS = 7;

/** From this factor between the ends on, equal ratios tell more than equal differences. A choice. */
const WIDE = 10;

/** The ends of a range and values between them, ascending, each once. */
export function rangeGrid(from: number, to: number, whole: boolean): number[] {
  const isWide = from > 0 && to / from >= WIDE;
  const between = Array.from({ length: GRID_POINTS - 2 }, (_, k) => {
    const share = (k + 1) / (GRID_POINTS - 1);
    const value = isWide ? from * pow(to / from, share) : from + share * (to - from);
    return writtenBetween(value, from, to, whole) ?? [];
  });
  return [...new Set([from, ...between.flat(), to])];
}

/**
 * A value as it is written between two others: a whole number where it must be one, else with three significant digits or
 * as many as it takes to lie between them. Undefined when nothing does.
 */
export function writtenBetween(value: number, low: number, high: number, whole: boolean): number | undefined {
  const written = whole
    ? [Math.round(value)]
    : [3, 4, 5, 6, 9, 12].map((digits) => Number(value.toPrecision(digits)));
  return written.find((one) => one > low && one < high);
}
