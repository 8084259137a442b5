import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { random } from '../../base/random.ts';
import { sortDurations } from '../../base/sort-durations.ts';

/** Durations of all sizes, with ties: more than the built-in sort is used for. */
function durations(seed: number, count: number): Float64Array {
  const draws = random(seed, 0, 'durations');
  return Float64Array.from({ length: count }, () =>
    draws.integer(4) === 0 ? draws.integer(5) / 4 : draws.exponential() * 10 ** (draws.integer(12) - 6),
  );
}

describe('sortDurations', () => {
  it('sorts as the built-in sort does', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 9000 }), (seed, count) => {
        const values = durations(seed, count);
        const expected = values.toSorted();
        sortDurations(values);
        expect(values).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('takes companions along, those of equal values in their order', () => {
    const values = durations(1, 5000);
    const rows = Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
    const companions = Int32Array.from(values.keys());
    sortDurations(values, companions);
    expect(Array.from(companions)).toEqual(rows);
  });

  it('sorts a part of an array', () => {
    const values = durations(2, 6000);
    const before = values.slice();
    sortDurations(values.subarray(500, 5500));
    expect(values.slice(500, 5500)).toEqual(before.slice(500, 5500).sort());
    expect(values.slice(0, 500)).toEqual(before.slice(0, 500));
  });
});
