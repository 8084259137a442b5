import { exp, log } from '../base/math.ts';
import type { Seconds } from '../base/units.ts';

/*
 * Kernel tables hold many times that are known to a few per cent. A time is stored as two base-64 digits:
 * code = round(ln(t / 100 ns) / 0.0045), which covers 100 ns to 10 s with steps of 0.45 %.
 */
const SMALLEST: Seconds = 100e-9;
const STEP = 0.0045;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(DIGITS, (digit, value) => [digit, value]));

/** Two characters for a time; times outside the range become its nearest end. */
export function encodeTime(time: Seconds): string {
  const code = Math.min(4095, Math.max(0, Math.round(log(time / SMALLEST) / STEP)));
  return (DIGITS[code >>> 6] ?? '') + (DIGITS[code & 63] ?? '');
}

/** The times that a text of codes stands for; white space between codes is skipped. Undefined for a text that is none. */
export function decodeTimes(text: string): Float64Array | undefined {
  const codes = text.replace(/\s+/g, '');
  if (codes.length % 2 !== 0) return undefined;
  const times = new Float64Array(codes.length / 2);
  for (let index = 0; index < times.length; index++) {
    const high = VALUES.get(codes[2 * index] ?? '');
    const low = VALUES.get(codes[2 * index + 1] ?? '');
    if (high === undefined || low === undefined) return undefined;
    times[index] = SMALLEST * exp(STEP * (high * 64 + low));
  }
  return times;
}
