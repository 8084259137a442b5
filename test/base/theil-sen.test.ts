import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { random } from '../../base/random.ts';
import { slopeIsPositive, theilSenSlope } from '../../base/theil-sen.ts';

describe('theilSenSlope', () => {
  it('is the slope of a straight line, wherever a few outliers lie', () => {
    const line = Array.from({ length: 101 }, (_, k) => 7 + 0.5 * k);
    expect(theilSenSlope(line)).toBeCloseTo(0.5, 12);
    for (const k of [3, 50, 51, 99]) line[k] = 1e6;
    expect(theilSenSlope(line)).toBeCloseTo(0.5, 1);
  });

  it('is the median of the slopes of all pairs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 }), (values) => {
        const slopes = values
          .flatMap((low, i) => values.slice(i + 1).map((high, offset) => (high - low) / (offset + 1)))
          .sort((a, b) => a - b);
        const middle = slopes.length / 2;
        const median = ((slopes[Math.ceil(middle) - 1] ?? 0) + (slopes[Math.floor(middle)] ?? 0)) / 2;
        expect(theilSenSlope(values)).toBeCloseTo(median, 12);
      }),
    );
  });

  it('is 0 for fewer than two samples', () => {
    expect([theilSenSlope([]), theilSenSlope([4])]).toEqual([0, 0]);
  });
});

describe('slopeIsPositive', () => {
  /** A series in which each sample keeps `memory` of the one before. */
  const series = (seed: number, slope: number, memory: number): number[] => {
    const source = random(seed, 0, 'a test series');
    let state = 0;
    return Array.from({ length: 101 }, (_, k) => {
      state = memory * state + source.normal();
      return slope * k + state;
    });
  };

  it('sees a trend through noise, not one that falls, and none in a constant', () => {
    expect(slopeIsPositive(series(1, 0.1, 0.3), 1)).toBe(true);
    expect(slopeIsPositive(series(1, -0.1, 0.3), 1)).toBe(false);
    expect(slopeIsPositive(new Array<number>(101).fill(5), 1)).toBe(false);
  });

  it('finds a trend that is there far more often than one that is not', () => {
    const found = (slope: number): number =>
      Array.from({ length: 40 }, (_, seed) => slopeIsPositive(series(seed, slope, 0.5), seed)).filter(Boolean)
        .length;
    expect(found(0)).toBeLessThanOrEqual(4);
    expect(found(0.05)).toBeGreaterThanOrEqual(36);
  });

  it('gives equal answers to equal questions', () => {
    const values = series(5, 0.012, 0.5);
    const answers = [1, 2, 3, 1, 2, 3].map((seed) => slopeIsPositive(values, seed));
    expect(answers.slice(0, 3)).toEqual(answers.slice(3));
  });
});
