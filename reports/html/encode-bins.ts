/** Characters that carry six bits each: the alphabet of base64. */
export const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Largest code of two characters, less one that stands for an absent value. */
export const FULL_SCALE = 64 * 64 - 2;

/**
 * Values from 0 to `max` as two characters each, to 1/4094 of `max`: a page with tens of thousands of bins stays small.
 * NaN becomes the last code.
 */
export function encodeBins(values: Float64Array, max: number): string {
  return Array.from(values, (value) => {
    const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
    const code = Number.isNaN(value) ? FULL_SCALE + 1 : Math.round(share * FULL_SCALE);
    return `${DIGITS[code >> 6] ?? 'A'}${DIGITS[code & 63] ?? 'A'}`;
  }).join('');
}
