import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jointSearch, type JointOption } from '../../planner/joint-search.ts';

interface Case {
  readonly ladders: readonly (readonly JointOption[])[];
  readonly limits: readonly number[];
}

const option = fc.record({
  price: fc.integer({ min: 1, max: 12 }),
  uses: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })),
});

const cases: fc.Arbitrary<Case> = fc.record({
  ladders: fc.array(fc.array(option, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 3 }),
  limits: fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })),
});

function fits(options: readonly JointOption[], limits: readonly number[]): boolean {
  return limits.every((limit, k) => options.reduce((sum, { uses }) => sum + (uses[k] ?? 0), 0) <= limit);
}

function search({ ladders, limits }: Case, patience: number) {
  return jointSearch({
    models: ladders.length,
    limits,
    patience,
    cheapest: (model, within) =>
      Promise.resolve(
        (ladders[model] ?? []).filter((one) => fits([one], within)).toSorted((a, b) => a.price - b.price)[0],
      ),
  });
}

/** Every choice of one option per model. */
function everyChoice(ladders: Case['ladders']): (readonly JointOption[])[] {
  return ladders.reduce<(readonly JointOption[])[]>(
    (choices, ladder) => choices.flatMap((choice) => ladder.map((one) => [...choice, one])),
    [[]],
  );
}

const priceOf = (options: readonly JointOption[]): number => options.reduce((sum, one) => sum + one.price, 0);

describe('the search for joint fleets', () => {
  it('equals trying every choice, and names the limits that none keeps', async () => {
    const met = { alone: 0, bound: 0, lost: 0, named: 0, hopeless: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { chosen, proved, alone, short } = await search(one, 1000);
        const { ladders, limits } = one;
        const all = everyChoice(ladders).filter((choice) => choice.every((each) => fits([each], limits)));
        const cheapest = Math.min(...all.filter((choice) => fits(choice, limits)).map(priceOf), Infinity);
        expect(proved).toBe(true);
        expect(chosen === undefined ? Infinity : priceOf(chosen)).toBe(cheapest);
        if (chosen !== undefined) {
          expect(fits(chosen, limits)).toBe(true);
          if (cheapest > priceOf(alone.filter((each) => each !== undefined))) met.bound++;
          else met.alone++;
          return;
        }
        if (alone.includes(undefined)) {
          met.hopeless++;
          expect(short).toEqual([]);
          return;
        }
        const decisive = limits.flatMap((_, k) =>
          all.some((choice) => fits(choice, limits.with(k, Infinity))) ? [k] : [],
        );
        if (decisive.length > 0) {
          met.named++;
          expect(short).toEqual(decisive);
        } else {
          met.lost++;
          expect(short.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1500, seed: 7 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(0);
  });

  it('without patience finds fleets that keep the limits, and does not call them the cheapest', async () => {
    const met = { proved: 0, found: 0, given: 0 };
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { chosen, proved } = await search(one, 2);
        if (chosen !== undefined) expect(fits(chosen, one.limits)).toBe(true);
        if (proved) {
          met.proved++;
          expect(chosen && priceOf(chosen)).toBe(
            (await search(one, 1000)).chosen?.reduce((sum, each) => sum + each.price, 0),
          );
        } else if (chosen === undefined) met.given++;
        else met.found++;
      }),
      { numRuns: 500, seed: 8 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(0);
  });
});
