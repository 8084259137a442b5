import { parseQuantity } from '../../base/quantity.ts';

/** The shortest text, as scenarios write durations, that is read back as exactly these seconds: `0.8ms`. */
export function durationOf(seconds: number): string {
  if (seconds === 0) return '0s';
  const texts = UNITS.flatMap(([unit, size]) =>
    // Fewer digits first: 1.5e-6 / 1e-6 is 1.4999999999999998 in binary fractions.
    [12, 17].map((digits) => `${Number((seconds / size).toPrecision(digits))}${unit}`),
  );
  const exact = [...texts, `${seconds}s`].filter((text) => parseQuantity(text, 'seconds') === seconds);
  return exact.reduce((best, text) => (text.length < best.length ? text : best), exact[0] ?? `${seconds}s`);
}

const UNITS = [
  ['ms', 1e-3],
  ['us', 1e-6],
  ['ns', 1e-9],
  ['s', 1],
] as const;
