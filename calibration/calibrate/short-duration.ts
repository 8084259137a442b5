import type { Seconds } from '../../base/units.ts';

const UNITS = [
  ['s', 1],
  ['ms', 1e-3],
  ['us', 1e-6],
] as const;

/** A duration as scenarios write it, with four digits, in the unit that keeps it short: `12.34us`. */
export function shortDuration(seconds: Seconds): string {
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? (['ns', 1e-9] as const);
  return `${Number((seconds / size).toPrecision(4))}${unit}`;
}
