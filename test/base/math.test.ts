import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cos, exp, log, pow, sin } from '../../base/math.ts';

const ulps = (mine: number, theirs: number): number => {
  if (mine === theirs || (Number.isNaN(mine) && Number.isNaN(theirs))) return 0;
  return Math.abs(mine - theirs) / (Math.abs(theirs) * Number.EPSILON);
};

describe('reproducible math', () => {
  it('exp stays within 2 units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 709, noNaN: true }), (x) => {
        expect(ulps(exp(x), Math.exp(x))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 5000 },
    );
    expect([exp(0), exp(1000), exp(-1000), exp(NaN)]).toEqual([1, Infinity, 0, NaN]);
  });

  it('log stays within 2 units in the last place, and near 1 too', () => {
    const near = fc.double({ min: 0.5, max: 2, noNaN: true });
    const any = fc.double({ min: 5e-324, max: 1.7e308, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(near, any), (x) => {
        expect(ulps(log(x), Math.log(x))).toBeLessThanOrEqual(2);
      }),
      { numRuns: 5000 },
    );
    expect([log(1), log(0), log(-1), log(Infinity)]).toEqual([0, -Infinity, NaN, Infinity]);
  });

  it('sin and cos stay within 1e-15', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), (x) => {
        expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThanOrEqual(1e-15);
        expect(Math.abs(cos(x) - Math.cos(x))).toBeLessThanOrEqual(1e-15);
      }),
      { numRuns: 5000 },
    );
  });

  it('pow multiplies whole exponents and keeps 13 digits otherwise', () => {
    expect(pow(3, 4)).toBe(81);
    expect(pow(0, 0.5)).toBe(0);
    expect(pow(2, -2)).toBe(0.25);
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: -10, max: 10, noNaN: true }),
        (x, y) => {
          expect(Math.abs(pow(x, y) / Math.pow(x, y) - 1)).toBeLessThan(1e-13);
        },
      ),
    );
  });
});
