/*
 * Radix sort of non-negative float64, which order as their bits do: eight digits of eight bits from the lowest up (bytes, on
 * the little-endian machines that run JavaScript), those left out that are the same everywhere. Memory: one copy of the values and of what goes with them, and 8 x 256 counts.
 */
const DIGITS = 8;
const RADIX = 256;

/** Below so many the built-in sort is as fast. */
const FEW = 4096;

/** Sorts `values` (none NaN, none negative), ascending and in place; `companions`, if given, follow their values. */
export function sortDurations(values: Float64Array, companions?: Int32Array): void {
  const count = values.length;
  if (companions === undefined && count < FEW) {
    values.sort();
    return;
  }
  const counts = countDigits(values);
  let from: Float64Array = values;
  let to: Float64Array = new Float64Array(count);
  let fromCompanions: Int32Array = companions ?? new Int32Array(0);
  let toCompanions: Int32Array = new Int32Array(fromCompanions.length);
  for (let digit = 0; digit < DIGITS; digit++) {
    const ends = counts.subarray(digit * RADIX, (digit + 1) * RADIX);
    if (ends.includes(count)) continue;
    scatter(from, to, fromCompanions, toCompanions, starts(ends), digit);
    [from, to] = [to, from];
    [fromCompanions, toCompanions] = [toCompanions, fromCompanions];
  }
  if (from === values) return;
  values.set(from);
  companions?.set(fromCompanions);
}

/** How often each value of each digit occurs. */
function countDigits(values: Float64Array): Int32Array {
  const counts = new Int32Array(DIGITS * RADIX);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let byte = 0; byte < bytes.length; byte++) {
    const place = (byte & (DIGITS - 1)) * RADIX + (bytes[byte] ?? 0);
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

function starts(counts: Int32Array): Int32Array {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum - count;
  });
}

function scatter(
  from: Float64Array,
  to: Float64Array,
  fromCompanions: Int32Array,
  toCompanions: Int32Array,
  places: Int32Array,
  digit: number,
): void {
  const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  const withCompanions = fromCompanions.length > 0;
  for (let row = 0; row < from.length; row++) {
    const value = bytes[row * DIGITS + digit] ?? 0;
    const place = places[value] ?? 0;
    places[value] = place + 1;
    to[place] = from[row] ?? 0;
    if (withCompanions) toCompanions[place] = fromCompanions[row] ?? 0;
  }
}
