import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { durationOf } from '../../../scenarios/resolve/duration-of.ts';
import { secondsOf } from '../../../sim/workload/draw/duration.ts';

describe('a duration as text', () => {
  it.each([
    [0, '0s'],
    [0.0008, '0.8ms'],
    [1.5e-6, '1.5us'],
    [0.003, '3ms'],
    [60, '60s'],
    [2e-8, '20ns'],
  ])('of %d s is %s', (seconds, text) => {
    expect(durationOf(seconds)).toBe(text);
  });

  it('is read back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1e7, noNaN: true }), (seconds) => {
        expect(secondsOf(durationOf(seconds))).toBe(seconds);
      }),
    );
  });
});
