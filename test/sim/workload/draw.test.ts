import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keyedRandom, random } from '../../../base/random.ts';
import {
  drawDuration,
  drawLength,
  durationSchema,
  lengthSchema,
} from '../../../sim/workload/draw/distribution.ts';
import { poissonCount } from '../../../sim/workload/draw/poisson.ts';
import { shuffled } from '../../../sim/workload/draw/shuffle.ts';
import { Zipf } from '../../../sim/workload/draw/zipf.ts';

const draws = random(1, 0, 'test');
const sample = (count: number, draw: () => number): { mean: number; deviation: number } => {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { mean, deviation: Math.sqrt(variance) };
};

describe('lengths', () => {
  it.each([
    [{ type: 'normal', mean: 1000, std_dev: 100 }, 1000, 100],
    [{ type: 'lognormal', mean: 1000, std_dev: 500 }, 1000, 500],
    [{ type: 'uniform', min: 0, max: 1200 }, 600, 1200 / Math.sqrt(12)],
    [{ type: 'fixed', mean: 300 }, 300, 0],
  ])('%j has the mean and the deviation that it names', (spec, mean, deviation) => {
    const length = lengthSchema.parse(spec);
    const found = sample(20_000, () => drawLength(length, draws));
    expect(Math.abs(found.mean - mean)).toBeLessThanOrEqual(mean * 0.02);
    expect(Math.abs(found.deviation - deviation)).toBeLessThanOrEqual(deviation * 0.05);
  });

  it('are whole, within their bounds, and never empty', () => {
    const bounds = fc.tuple(fc.nat(50), fc.nat(400), fc.constantFrom('normal', 'lognormal'));
    fc.assert(
      fc.property(bounds, fc.nat(), ([min, more, type], seed) => {
        const length = lengthSchema.parse({ type, mean: 120, std_dev: 200, min, max: min + more });
        const drawn = drawLength(length, keyedRandom(seed, 'test', 0));
        expect(Number.isInteger(drawn)).toBe(true);
        expect(drawn).toBeGreaterThanOrEqual(Math.max(1, min));
        expect(drawn).toBeLessThanOrEqual(Math.max(1, min + more));
      }),
    );
  });

  it.each([
    [{ type: 'normal', mean: 10, std_dev: 1, min: 5, max: 4 }, 'must be at least min'],
    [{ type: 'lognormal', mean: 0, std_dev: 1 }, 'must be more than 0'],
    [{ type: 'lognormal', mean: 10 }, 'expected number'],
    [{ type: 'pareto', mean: 10 }, 'Invalid'],
    [{ type: 'fixed', mean: 10, std: 3 }, 'Unrecognized key'],
    [-1, '>=0'],
    [1.5, 'expected int'],
  ])('%j is refused', (spec, reason) => {
    expect(lengthSchema.safeParse(spec).error?.message).toContain(reason);
  });

  it('durations carry units', () => {
    expect(drawDuration(durationSchema.parse('250ms'), draws)).toBe(0.25);
    const spec = durationSchema.parse({ type: 'uniform', min: '1s', max: '2min' });
    const { mean } = sample(5000, () => drawDuration(spec, draws));
    expect(mean).toBeGreaterThan(55);
    expect(mean).toBeLessThan(66);
    for (const wrong of ['5', 5, '5 parsecs', '-1s']) {
      expect(durationSchema.safeParse(wrong).error?.message).toContain('must be a duration with a unit');
    }
  });
});

describe('draws', () => {
  it.each([0.2, 3, 40, 700, 2500])('a Poisson count of mean %d has that mean and variance', (mean) => {
    const found = sample(Math.ceil(60_000 / (20 + mean)) + 400, () => poissonCount(mean, draws));
    expect(Math.abs(found.mean - mean)).toBeLessThan(Math.sqrt(mean) * 0.2);
    expect(found.deviation / Math.sqrt(mean)).toBeGreaterThan(0.88);
    expect(found.deviation / Math.sqrt(mean)).toBeLessThan(1.12);
  });

  it('Zipf popularity falls with rank as its exponent says', () => {
    const zipf = new Zipf(1000, 1);
    const counts = new Map<number, number>();
    for (let count = 0; count < 50_000; count++) {
      const rank = zipf.draw(draws);
      counts.set(rank, (counts.get(rank) ?? 0) + 1);
    }
    const harmonic = Array.from({ length: 1000 }, (_, rank) => 1 / (rank + 1)).reduce((a, b) => a + b, 0);
    for (const rank of [0, 1, 9]) {
      const expected = 50_000 / ((rank + 1) * harmonic);
      expect(Math.abs((counts.get(rank) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
    expect(Math.max(...counts.keys())).toBeLessThan(1000);
  });

  it('every order of three things is as likely', () => {
    const counts = new Map<string, number>();
    for (let count = 0; count < 6000; count++) {
      const order = shuffled(['a', 'b', 'c'], draws).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
