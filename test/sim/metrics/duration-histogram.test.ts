import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { distributionOf } from '../../../sim/metrics/distribution.ts';
import { DurationHistogram, HISTOGRAM_RESOLUTION } from '../../../sim/metrics/duration-histogram.ts';

describe('DurationHistogram', () => {
  it('agrees with the exact distribution to its resolution, for progressions of any shape', () => {
    const progression = fc.record({
      weight: fc.integer({ min: 1, max: 40 }),
      first: fc.integer({ min: 1, max: 1_000_000 }),
      growth: fc.integer({ min: 0, max: 3000 }),
      steps: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(progression, { minLength: 1, maxLength: 12 }), (progressions) => {
        const histogram = new DurationHistogram();
        const all: number[] = [];
        for (const { weight, first, growth, steps } of progressions) {
          histogram.addProgression(weight, first, growth, steps);
          for (let k = 0; k < steps; k++) for (let row = 0; row < weight; row++) all.push(first + growth * k);
        }
        const exact = distributionOf(Float64Array.from(all));
        const found = histogram.distribution(1);
        expect(found.count).toBe(exact.count);
        expect(found.max).toBe(exact.max);
        expect(Math.abs((found.mean ?? 0) / (exact.mean ?? 1) - 1)).toBeLessThan(1e-12);
        const sorted = all.sort((a, b) => a - b);
        for (const [share, value] of [
          [0.5, found.p50],
          [0.9, found.p90],
          [0.99, found.p99],
        ] as const) {
          const rank = share * (sorted.length - 1);
          const low = sorted[Math.floor(rank)] ?? 0;
          const high = sorted[Math.ceil(rank)] ?? 0;
          expect(value).toBeGreaterThanOrEqual(low * (1 - 2 * HISTOGRAM_RESOLUTION));
          expect(value).toBeLessThanOrEqual(high * (1 + 2 * HISTOGRAM_RESOLUTION));
        }
      }),
    );
  });

  it('is at most 0.1 % wide', () => {
    expect(HISTOGRAM_RESOLUTION).toBeLessThanOrEqual(0.001);
  });
});

describe('distributionOf', () => {
  it("interpolates percentiles linearly, as numpy's default does", () => {
    // numpy.percentile(range(1, 11), [50, 90, 95, 99]) = 5.5, 9.1, 9.55, 9.91
    const found = distributionOf(Float64Array.from([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]));
    expect(found.p50).toBeCloseTo(5.5, 12);
    expect(found.p90).toBeCloseTo(9.1, 12);
    expect(found.p95).toBeCloseTo(9.55, 12);
    expect(found.p99).toBeCloseTo(9.91, 12);
    expect(found.max).toBe(10);
  });

  it('comes from a histogram beyond ten million values, and says so', () => {
    const exact = distributionOf(new Float64Array(1e7).fill(2));
    expect(exact).toEqual({ unit: 's', count: 1e7, mean: 2, p50: 2, p90: 2, p95: 2, p99: 2, max: 2 });
    const values = new Float64Array(1e7 + 1).fill(3);
    values.fill(0, 0, 6e6);
    const { resolution, count, p50, p90 = 0, max } = distributionOf(values);
    expect({ resolution, count, p50, max }).toEqual({
      resolution: HISTOGRAM_RESOLUTION,
      count: 1e7 + 1,
      p50: 0,
      max: 3,
    });
    expect(Math.abs(p90 / 3 - 1)).toBeLessThan(HISTOGRAM_RESOLUTION);
  });

  it('has no figures for no requests', () => {
    expect(distributionOf(new Float64Array(0))).toEqual({ unit: 's', count: 0 });
  });
});
