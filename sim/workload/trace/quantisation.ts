import type { Seconds } from '../../../base/units.ts';

export interface Quantisation {
  /** Different arrival times in the trace. */
  readonly distinct: number;
  /** Median gap between neighbouring ones: the width of the bins that times were rounded to. */
  readonly bin: Seconds;
}

/** Recordings that round are at least this coarse: on average so many requests share a time. */
const SHARED = 2;

/** How coarse the clock of a recording was, or undefined when most requests have a time of their own. */
export function quantisationOf(arrivals: Float64Array): Quantisation | undefined {
  const times = arrivals.toSorted();
  const distinct = times.filter((time, index) => index === 0 || time !== times[index - 1]);
  if (distinct.length < 2 || distinct.length * SHARED > arrivals.length) return undefined;
  const gaps = distinct.subarray(1).map((time, index) => time - (distinct[index] ?? 0));
  return { distinct: distinct.length, bin: gaps.sort()[gaps.length >>> 1] ?? 0 };
}
