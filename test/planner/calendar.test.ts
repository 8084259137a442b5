import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';

function scenario(plan: string): string {
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: months }
spec:
  fleet:
    pools:
      - { name: a, hardware: gpu-a, replicas: 1, step_time: { constant: 10ms, per_token: 200us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
      - { name: b, hardware: gpu-b, replicas: 1, step_time: { constant: 12ms, per_token: 210us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
  workload:
    random: { requests: 300, rate: 16, input_len: 1000, output_len: 20 }
  policies:
    - { name: p, router: { builtin: least-request } }
  slo: { ttft: 700ms, tpot: 150ms, attainment: 0.9 }
  prices:
    gpu-a: { usd_per_gpu_hour: 1, terms: { on_demand: 1, one_year: 0.6 } }
    gpu-b: { usd_per_gpu_hour: 1.3 }
  plan: ${plan}
`;
}

const CALENDAR =
  '[ { name: day, hours_per_week: 50, load: 1 }, { name: evening, hours_per_week: 60, load: 0.6 }, { name: night, hours_per_week: 40, load: 0.2 }, { name: closed, hours_per_week: 18, load: 0 } ]';

describe('a calendar of loads', () => {
  it('takes for each load the smallest fleet of the kind, as trying all of them does', async () => {
    for (const survive of ['none', 'replica'] as const) {
      const { plan, play } = planOf(
        scenario(`{ max_gpus: 30, headroom: 0.1, survive: ${survive}, calendar: ${CALENDAR} }`),
      );
      const { best, calendar, requirement } = await plan();
      const most = best?.pools[0]?.replicas ?? 0;
      const meets = (replicas: number, load: number): boolean =>
        replicas > 0 &&
        play({ pools: [{ shape: 0, replicas }], policy: 'p', load, whole: true }).outcome === 'meets';
      const smallest = (share: number): number =>
        Array.from({ length: most }, (_, k) => k + 1).find(
          (replicas) =>
            meets(replicas, requirement.peakLoad * share) &&
            (survive === 'none' || meets(replicas - 1, requirement.load * share)),
        ) ?? NaN;
      expect(best?.pools[0]?.hardware).toBe('gpu-a');
      const expected = [most, smallest(0.6), smallest(0.2), 0];
      expect(calendar?.periods.map(({ replicas }) => replicas)).toEqual(expected);
      expect(calendar?.periods.every((period) => period.meets)).toBe(true);
      expect(calendar?.periods[0]?.fewer).toMatch(/attainment|unstable|missed/);
      expect(new Set(expected).size).toBe(survive === 'none' ? 4 : expected.length);
      const hours = [50, 60, 40, 18].map((week) => (week / 168) * 730);
      expect(calendar?.options[1]?.usdPerMonth).toBeCloseTo(
        hours.reduce((sum, one, k) => sum + one * (expected[k] ?? NaN), 0),
        6,
      );
      expect(calendar?.options.map(({ option }) => option)).toEqual(['constant', 'scaled', 'base and burst']);
    }
  });

  it('is left out for mixes, which says so', async () => {
    const { best, calendar, labels } = await planOf(
      scenario(`{ max_gpus: 30, stock: { gpu-a: 3, gpu-b: 3 }, calendar: ${CALENDAR} }`),
    ).plan();
    expect(best?.pools).toHaveLength(2);
    expect(calendar).toBeUndefined();
    expect(labels.map(({ code }) => code)).toContain('calendar-of-mixes');
  });

  it('says that a mix has no purchases by quarter, and that months without growth change nothing', async () => {
    const plans = ['growth_per_month: 0.01, months: 2', 'months: 2'].map((keys) =>
      planOf(scenario(`{ max_gpus: 30, stock: { gpu-a: 3, gpu-b: 3 }, ${keys} }`)).plan(),
    );
    const [growing, still] = await Promise.all(plans);
    expect(growing?.best?.pools).toHaveLength(2);
    expect(growing?.growth?.purchases).toEqual([]);
    const [codes = [], codesOfStill = []] = [growing, still].map((plan) =>
      plan?.labels.map(({ code }) => code),
    );
    expect(codes).toContain('purchases-of-mixes');
    expect(codes).not.toContain('months-without-growth');
    expect(codesOfStill).toContain('months-without-growth');
    expect(codesOfStill).not.toContain('purchases-of-mixes');
  });

  it.each([
    ['[ { name: day, hours_per_week: 100, load: 1 } ]', /add up to the 168 hours/],
    ['[ { name: day, hours_per_week: 168, load: 0.9 } ]', /a period with load 1/],
    [
      '[ { name: day, hours_per_week: 84, load: 1 }, { name: day, hours_per_week: 84, load: 1 } ]',
      /a name of its own/,
    ],
  ])('refuses %s', (calendar, message) => {
    expect(() => planOf(scenario(`{ max_gpus: 30, calendar: ${calendar} }`))).toThrow(message);
  });
});

describe('growth', () => {
  it('says when the fleet is too small, and what to buy when', async () => {
    const { plan, play } = planOf(
      scenario('{ max_gpus: 60, growth_per_month: 0.08, months: 8, start: 2027-11 }'),
    );
    const { best, growth, headroom, requirement } = await plan();
    const month = growth?.exhaustedMonth ?? NaN;
    expect(1.08 ** month).toBeGreaterThan(headroom?.meetsAt ?? NaN);
    expect(1.08 ** (month - 1)).toBeLessThanOrEqual(headroom?.meetsAt ?? NaN);
    expect(growth?.exhaustedDate).toBe(
      `${2027 + Math.floor((10 + month) / 12)}-${String(((10 + month) % 12) + 1).padStart(2, '0')}`,
    );
    const purchases = growth?.purchases ?? [];
    expect(purchases.map((one) => [one.month, one.date])).toEqual([
      [0, '2027-11'],
      [3, '2028-02'],
      [6, '2028-05'],
    ]);
    expect(purchases.map(({ load }) => load)).toEqual(
      [3, 6, 8].map((months) => expect.closeTo(1.08 ** months, 9)),
    );
    expect(purchases.at(-1)?.load).toBe(requirement.load);
    expect(purchases.at(-1)?.replicas).toBe(best?.pools[0]?.replicas);
    for (const { replicas, load } of purchases) {
      const outcome = (count: number): string =>
        play({ pools: [{ shape: 0, replicas: count }], policy: 'p', load, whole: true }).outcome;
      expect(outcome(replicas)).toBe('meets');
      expect(outcome(replicas - 1)).not.toBe('meets');
    }
    const [first, second, third] = purchases.map(({ gpus }) => gpus * 730);
    expect(growth?.usdInSteps).toBeCloseTo(3 * (first ?? NaN) + 3 * (second ?? NaN) + 2 * (third ?? NaN), 6);
    expect(growth?.usdAtOnce).toBeCloseTo(8 * (third ?? NaN), 6);
  });
});
