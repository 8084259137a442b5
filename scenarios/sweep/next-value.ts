import { writtenBetween } from './range-grid.ts';

/** A limit is known well enough when it lies between two values so close to each other. A choice: finer than most noise. */
const CLOSE = 0.01;

/** A limit of an SLO within a range: the largest value that meets it, and the smallest above that misses it. */
interface Bracket {
  readonly value: number | undefined;
  readonly missesFrom: number | undefined;
}

/**
 * The value to play next in the search for the limit: the middle between the two, as it is written. Undefined when they
 * are within 1 % of each other, or when one of them is missing: the limit lies outside of what was played.
 */
export function nextValue({ value, missesFrom }: Bracket, whole: boolean): number | undefined {
  if (value === undefined || missesFrom === undefined) return undefined;
  if (missesFrom - value <= CLOSE * missesFrom && !whole) return undefined;
  return writtenBetween((value + missesFrom) / 2, value, missesFrom, whole);
}
