import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { random } from '../../../base/random.ts';
import { Pending } from '../../../sim/workload/load/pending.ts';
import { stageTimes } from '../../../sim/workload/load/stage-times.ts';

describe('pending', () => {
  it('gives things by time, and by order of entry at equal times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (times) => {
        const pending = new Pending<number>();
        times.forEach((time, item) => pending.push(time, item));
        const expected = times
          .map((_, item) => item)
          .sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
        expect(expected.map(() => pending.pop())).toEqual(expected);
        expect(pending.pop()).toBeUndefined();
        expect(pending.peek()).toBeUndefined();
      }),
    );
  });
});

describe('stage times', () => {
  const stage = fc.record({
    rate: fc.double({ min: 0.3, max: 40, noNaN: true }),
    duration: fc.integer({ min: 4, max: 30 }),
  });

  it.each(['poisson', 'constant', 'even'] as const)(
    '%s: as many as asked, ascending, near their duration',
    (arrival) => {
      fc.assert(
        fc.property(stage, fc.nat(), ({ rate, duration }, seed) => {
          const count = Math.floor(rate * duration);
          const times = stageTimes(arrival, { rate, duration, count }, random(seed, 0, 'test'));
          expect(times.length).toBe(count);
          expect(times.every((time, index) => time >= (times[index - 1] ?? 0))).toBe(true);
          if (arrival === 'constant' && count > 0) expect(times.at(-1)).toBeCloseTo(duration, 9);
          if (arrival === 'even') expect(times.every((time, index) => time === index / rate)).toBe(true);
        }),
      );
    },
  );

  it('poisson fills each second that has requests to its end, and counts vary as Poisson counts do', () => {
    const times = stageTimes('poisson', { rate: 20, duration: 500, count: 10_000 }, random(3, 0, 'test'));
    const counts = new Map<number, number>();
    let whole = 0;
    for (const time of times) {
      // The last request of second s arrives when it ends, at s + 1.
      const second = Math.ceil(time) - 1;
      counts.set(second, (counts.get(second) ?? 0) + 1);
      if (Number.isInteger(time)) whole++;
    }
    expect(whole).toBeGreaterThanOrEqual(counts.size - 1);
    const full = [...counts.values()].slice(0, -1);
    const mean = full.reduce((sum, count) => sum + count, 0) / full.length;
    const variance = full.reduce((sum, count) => sum + (count - mean) ** 2, 0) / full.length;
    expect(Math.abs(mean - 20)).toBeLessThan(1);
    expect(variance / mean).toBeGreaterThan(0.8);
    expect(variance / mean).toBeLessThan(1.2);
  });
});
