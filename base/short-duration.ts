import type { Seconds } from './units.ts';

const UNITS = [
  ['s', 1],
  ['ms', 1e-3],
  ['us', 1e-6],
] as const;

/** A duration as scenarios write it, with so many digits, in the unit that keeps it short: `12.34us`. */
export function shortDuration(seconds: Seconds, digits: number): string {
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? (['ns', 1e-9] as const);
  return `${Number((seconds / size).toPrecision(digits))}${unit}`;
}
