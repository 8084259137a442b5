import type { Seconds } from '../../base/units.ts';

/**
 * A duration in Go's notation ("300ms", "-1.5h", "2h45m", "0") in seconds; undefined when it is none.
 * Source: time.ParseDuration of the Go standard library.
 */
export function parseGoDuration(text: string): Seconds | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0;
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let nanoseconds = 0;
  for (const [, number, unit] of (match[2] ?? '').matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g))
    nanoseconds += Math.trunc(Number(number) * (NANOSECONDS[unit ?? ''] ?? 0));
  if (nanoseconds > 2 ** 63 - 1) return undefined;
  return (match[1] === '-' ? -nanoseconds : nanoseconds) / 1e9;
}

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
