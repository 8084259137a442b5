import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';
import { spaceScenario } from '../support/space-scenario.ts';

interface Space {
  readonly kinds: readonly { readonly usd: number; readonly constant: number; readonly perToken: number }[];
  readonly rate: number;
  readonly input: number;
  readonly output: number;
  readonly router: 'round-robin' | 'least-request';
  readonly survive: 'none' | 'replica';
}

const spaces: fc.Arbitrary<Space> = fc.record({
  kinds: fc.array(
    fc.record({
      usd: fc.constantFrom(1, 1.7, 2.9, 4.1),
      constant: fc.integer({ min: 5, max: 25 }),
      perToken: fc.integer({ min: 20, max: 120 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  rate: fc.constantFrom(4, 15, 40, 90),
  input: fc.integer({ min: 100, max: 900 }),
  output: fc.integer({ min: 5, max: 60 }),
  router: fc.constantFrom('round-robin', 'least-request'),
  survive: fc.constantFrom('none', 'replica'),
});

const MOST = 6;
const REPLICATIONS = 3;

function scenarioOf({ kinds, rate, input, output, router, survive }: Space): string {
  return spaceScenario(kinds, {
    random: `rate: ${rate}, input_len: ${input}, output_len: ${output}`,
    router,
    plan: `max_gpus: ${MOST}, survive: ${survive}`,
  });
}

describe('plan', () => {
  it('equals trying every fleet, on small spaces', async () => {
    const met = { feasible: 0, infeasible: 0, below: 0, shortened: 0 };
    await fc.assert(
      fc.asyncProperty(spaces, async (space) => {
        const { plan, play } = planOf(scenarioOf(space));
        const found = await plan();
        const meets = (shape: number, replicas: number): boolean =>
          replicas > 0 &&
          play({ pools: [{ shape, replicas }], policy: 'p', load: 1, whole: true }).outcome === 'meets';
        const cheapest = Math.min(
          Infinity,
          ...space.kinds.flatMap(({ usd }, shape) =>
            Array.from({ length: MOST }, (_, k) => k + 1).flatMap((replicas) =>
              meets(shape, replicas) && (space.survive === 'none' || meets(shape, replicas - 1))
                ? [usd * replicas]
                : [],
            ),
          ),
        );
        expect(found.best?.usdPerHour ?? Infinity).toBeCloseTo(cheapest, 9);
        expect(found.feasible).toBe(cheapest < Infinity);
        if (found.best === undefined) {
          met.infeasible++;
          expect(found.nearestMiss?.violated).not.toBe('');
        } else {
          met.feasible++;
          if ((found.best.pools[0]?.replicas ?? 0) > 1) met.below++;
          expect(found.best.forecast?.goodput?.meetsSlo).toBe(true);
          expect(found.lowerBoundUsdPerHour ?? 0).toBeLessThanOrEqual(cheapest + 1e-9);
        }
        met.shortened += found.candidates.filter(({ shortened }) => shortened === true).length;
      }),
      { numRuns: 25, seed: 20 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(0);
  });

  it('keeps its promise in every replication, and no smaller fleet does', async () => {
    const met = { more: 0, feasible: 0 };
    await fc.assert(
      fc.asyncProperty(spaces, async (space) => {
        const { plan, play } = planOf(scenarioOf(space), REPLICATIONS);
        const { best } = await plan();
        const meets = (shape: number, replicas: number, replication: number): boolean =>
          replicas > 0 &&
          play({ pools: [{ shape, replicas }], policy: 'p', load: 1, whole: true, replication }).outcome ===
            'meets';
        const price = (replications: readonly number[]): number =>
          Math.min(
            Infinity,
            ...space.kinds.flatMap(({ usd }, shape) =>
              Array.from({ length: MOST }, (_, k) => k + 1).flatMap((replicas) =>
                replications.every(
                  (one) =>
                    meets(shape, replicas, one) &&
                    (space.survive === 'none' || meets(shape, replicas - 1, one)),
                )
                  ? [usd * replicas]
                  : [],
              ),
            ),
          );
        const all = price([...Array(REPLICATIONS).keys()]);
        expect(best?.usdPerHour ?? Infinity).toBeCloseTo(all, 9);
        if (best === undefined) return;
        met.feasible++;
        expect(best.replications?.map(({ seed }) => seed)).toEqual([1, 2, 3]);
        if (price([0]) < all) met.more++;
      }),
      { numRuns: 12, seed: 3 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(0);
  });
});
