import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { makeJointPlan } from '../../planner/make-joint-plan.ts';
import { planOf } from '../support/plan-scenario.ts';
import { spaceScenario } from '../support/space-scenario.ts';

interface Space {
  readonly kinds: readonly { readonly usd: number; readonly constant: number; readonly perToken: number }[];
  readonly rates: readonly [number, number];
  readonly stock: readonly [number, number];
  readonly most: number;
}

const kind = fc.record({
  usd: fc.constantFrom(1, 1.7, 2.9, 4.1),
  constant: fc.integer({ min: 5, max: 25 }),
  perToken: fc.integer({ min: 20, max: 120 }),
});

const spaces: fc.Arbitrary<Space> = fc.record({
  kinds: fc.array(kind, { minLength: 2, maxLength: 2 }),
  rates: fc.tuple(fc.constantFrom(15, 40, 90), fc.constantFrom(15, 40, 90)),
  stock: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  most: fc.integer({ min: 3, max: 8 }),
});

function scenarioOf({ kinds, stock, most }: Space, rate: number): string {
  return spaceScenario(kinds, {
    random: `rate: ${rate}, input_len: 500, output_len: 20`,
    plan: `max_gpus: ${most}, mixes: false, stock: { gpu0: ${stock[0]}, gpu1: ${stock[1]} }`,
  });
}

describe('a plan for several models', () => {
  it('equals trying every pair of fleets, on small spaces', async () => {
    const met = { alone: 0, bound: 0, infeasible: 0, named: 0 };
    await fc.assert(
      fc.asyncProperty(spaces, async (space) => {
        const models = space.rates.map((rate) => planOf(scenarioOf(space, rate)));
        const found = await makeJointPlan(await Promise.all(models.map(({ input }) => input())));
        const fleets = models.map(({ play }) =>
          space.stock.flatMap((stock, shape) =>
            Array.from({ length: Math.min(stock, space.most) }, (_, k) => k + 1)
              .filter(
                (replicas) =>
                  play({ pools: [{ shape, replicas }], policy: 'p', load: 1, whole: true }).outcome ===
                  'meets',
              )
              .map((replicas) => ({ shape, replicas, usd: replicas * (space.kinds[shape]?.usd ?? NaN) })),
          ),
        );
        const pairs = (fleets[0] ?? []).flatMap((a) => (fleets[1] ?? []).map((b) => [a, b] as const));
        const joint = pairs.filter(
          ([a, b]) =>
            a.replicas + b.replicas <= space.most &&
            (a.shape !== b.shape || a.replicas + b.replicas <= (space.stock[a.shape] ?? 0)),
        );
        const cheapest = (some: typeof pairs): number =>
          Math.min(Infinity, ...some.map(([a, b]) => a.usd + b.usd));
        expect(found.proved).toBe(true);
        expect(found.feasible).toBe(joint.length > 0);
        expect(found.total?.usdPerHour ?? Infinity).toBeCloseTo(cheapest(joint), 9);
        if (joint.length === 0) {
          met.infeasible++;
          if (pairs.length > 0) {
            met.named++;
            expect(found.limits.some(({ short }) => short)).toBe(true);
          }
        } else if (cheapest(joint) > cheapest(pairs) + 1e-9) met.bound++;
        else met.alone++;
        for (const { plan } of found.models) {
          if (found.feasible) expect(plan?.best?.forecast?.goodput?.meetsSlo).toBe(true);
        }
      }),
      { numRuns: 40, seed: 11 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(0);
  });
});
