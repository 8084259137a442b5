import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { highsSolver } from '../../cli/plan/highs-solver.ts';

describe('the integer program of mixes', () => {
  it('keeps to a power limit that kinds share, as trying every fleet does', async () => {
    const solve = await highsSolver();
    const seen = { some: 0, none: 0, bound: 0 };
    const kinds = fc.array(
      fc.record({
        price: fc.integer({ min: 1, max: 30 }),
        capacity: fc.integer({ min: 1, max: 9 }),
        watts: fc.integer({ min: 3, max: 12 }),
        most: fc.integer({ min: 1, max: 4 }),
      }),
      { minLength: 2, maxLength: 3 },
    );
    fc.assert(
      fc.property(
        kinds,
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: 10, max: 70 }),
        (drawn, work, limit) => {
          const sum = (units: readonly number[], key: 'price' | 'capacity' | 'watts'): number =>
            units.reduce((total, count, k) => total + count * (drawn[k]?.[key] ?? 0), 0);
          const all = drawn.reduce<number[][]>(
            (fleets, { most }) =>
              fleets.flatMap((fleet) => Array.from({ length: most + 1 }, (_, count) => [...fleet, count])),
            [[]],
          );
          const able = all.filter((units) => sum(units, 'capacity') >= work);
          const fits = able.filter((units) => sum(units, 'watts') <= limit);
          const cheapest = Math.min(...fits.map((units) => sum(units, 'price')));
          const units = solve({
            seek: 'least price',
            prices: drawn.map(({ price }) => price),
            capacities: drawn.map(({ capacity }) => capacity),
            work,
            proved: [drawn.map(() => 1)],
            limit: Infinity,
            most: drawn.map(({ most }) => most),
            gpus: drawn.map(() => 1),
            shared: [],
            power: { watts: drawn.map(({ watts }) => watts), limit },
            leastKinds: 1,
            cuts: [],
          });
          expect(units === undefined ? Infinity : sum(units, 'price')).toBe(cheapest);
          if (units === undefined) seen.none++;
          else {
            seen.some++;
            expect(sum(units, 'watts')).toBeLessThanOrEqual(limit);
            if (able.some((other) => sum(other, 'price') < cheapest)) seen.bound++;
          }
        },
      ),
      { seed: 3, numRuns: 200 },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(0);
  });
});
