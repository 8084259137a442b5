import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FleetSearch, type Lane } from '../../planner/search.ts';

/** A lane in which fleets from `from` units on meet the SLO. */
interface TrueLane extends Lane {
  readonly from: number;
}

const lanes = fc.array(
  fc
    .record({
      usd: fc.integer({ min: 1, max: 40 }),
      from: fc.integer({ min: 1, max: 60 }),
      below: fc.integer({ min: 0, max: 30 }),
      guess: fc.integer({ min: 1, max: 80 }),
      most: fc.integer({ min: 1, max: 50 }),
    })
    .map(({ usd, from, below, guess, most }): TrueLane => ({
      price: (units) => usd * units,
      atLeast: Math.max(1, from - below),
      guess,
      most,
      from,
    })),
  { minLength: 1, maxLength: 8 },
);

describe('search for the cheapest fleet', () => {
  it('finds what trying every fleet finds, with far fewer of them', () => {
    let [found, none, all, asked] = [0, 0, 0, 0];
    fc.assert(
      fc.property(lanes, (truth) => {
        const search = new FleetSearch(truth);
        for (let trials = search.next(); trials.length > 0; trials = search.next()) {
          for (const trial of trials) {
            search.told(trial, trial.units >= (truth[trial.lane]?.from ?? Infinity));
            asked++;
          }
        }
        all += truth.reduce((sum, { most }) => sum + most, 0);
        const prices = truth.flatMap(({ from, most, price }) => (from <= most ? [price(from)] : []));
        const { best } = search;
        const price = best && truth[best.lane]?.price(best.units);
        expect(price ?? Infinity).toBe(Math.min(...prices, Infinity));
        if (best === undefined) none++;
        else found++;
        for (const [lane, { from }] of truth.entries()) expect(search.misses(lane)).toBeLessThan(from);
      }),
      { numRuns: 500 },
    );
    expect(found).toBeGreaterThan(50);
    expect(none).toBeGreaterThan(10);
    expect(asked).toBeLessThan(all / 4);
  });

  it('never asks for a fleet that costs as much as one that it has found', () => {
    fc.assert(
      fc.property(lanes, (truth) => {
        const search = new FleetSearch(truth);
        for (let trials = search.next(); trials.length > 0; trials = search.next()) {
          const { best } = search;
          const limit = best === undefined ? Infinity : (truth[best.lane]?.price(best.units) ?? 0);
          for (const { lane, units } of trials) {
            expect(truth[lane]?.price(units)).toBeLessThan(limit);
            expect(units).toBeLessThanOrEqual(truth[lane]?.most ?? 0);
          }
          for (const trial of trials)
            search.told(trial, trial.units >= (truth[trial.lane]?.from ?? Infinity));
        }
      }),
    );
  });
});
