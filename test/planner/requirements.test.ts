import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';

/** Two kinds; of each, three replicas carry 10 requests/s, two do not. */
function scenario(plan: string, { rate = 10, router = 'least-request' } = {}): string {
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: needs }
spec:
  fleet:
    pools:
      - { name: a, hardware: gpu-a, replicas: 1, step_time: { constant: 10ms, per_token: 200us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
      - { name: b, hardware: gpu-b, replicas: 1, step_time: { constant: 12ms, per_token: 210us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
  workload:
    random: { requests: 300, rate: ${rate}, input_len: 1000, output_len: 20 }
  policies:
    - { name: p, router: { builtin: ${router} } }
  slo: { ttft: 700ms, tpot: 150ms, attainment: 0.9 }
  prices:
    gpu-a: { usd_per_gpu_hour: 1, terms: { on_demand: 1, one_year: 0.6 } }
    gpu-b: { usd_per_gpu_hour: 1.3 }
  plan: ${plan}
`;
}

const replicasOf = async (text: string): Promise<number> =>
  (await planOf(text).plan()).best?.pools.reduce((sum, { replicas }) => sum + replicas, 0) ?? 0;

describe('what a plan must carry', () => {
  it('takes more replicas for headroom, growth and a failure, and whole nodes', async () => {
    const plain = await replicasOf(scenario('{ max_gpus: 30 }'));
    expect(plain).toBeGreaterThan(1);
    expect(await replicasOf(scenario('{ max_gpus: 30, survive: replica }'))).toBe(plain + 1);
    expect(await replicasOf(scenario('{ max_gpus: 30, headroom: 0.8 }'))).toBeGreaterThan(plain);
    expect(await replicasOf(scenario('{ max_gpus: 30, headroom: [0, 0.8] }'))).toBeGreaterThan(plain);
    const ranged = await planOf(scenario('{ max_gpus: 30, headroom: [0, 0.8] }')).plan();
    expect(ranged.sensitivities[0]?.text).toContain(`${plain} of the same replicas would do`);
    const grown = await planOf(scenario('{ max_gpus: 30, growth_per_month: 0.06, months: 12 }')).plan();
    expect(grown.requirement.load).toBeCloseTo(1.06 ** 12, 9);
    expect(grown.best?.gpus).toBeGreaterThan(plain);
    expect(await replicasOf(scenario('{ max_gpus: 30, node_gpus: 8 }'))).toBe(8);
  });

  it('turns users into requests, and back', async () => {
    const { requirement, headroom } = await planOf(
      scenario('{ max_gpus: 30, users: { count: 2000, busy_share: 0.25, think_time: 40s } }'),
    ).plan();
    expect(requirement.requestsPerSecond).toBeCloseTo((2000 * 0.25) / 40, 9);
    expect(headroom?.users).toBeGreaterThanOrEqual(1999);
  });

  it('plans for those who think least of a range, and says what those who think most would take', async () => {
    const { requirement, sensitivities, best } = await planOf(
      scenario('{ max_gpus: 30, users: { count: 2000, busy_share: 0.25, think_time: [40s, 100s] } }'),
    ).plan();
    expect(requirement.requestsPerSecond).toBeCloseTo((2000 * 0.25) / 40, 9);
    const fewer = Number(/(\d+) of the same replicas would do/.exec(sensitivities[0]?.text ?? '')?.[1]);
    expect(fewer).toBeLessThan(best?.gpus ?? 0);
    expect(await replicasOf(scenario('{ max_gpus: 30 }', { rate: 5 }))).toBe(fewer);
    const falling = '{ users: { count: 9, busy_share: 0.3, think_time: [9s, 3s] } }';
    expect(() => planOf(scenario(falling))).toThrow(/the smaller number first/);
  });

  it('survives the loss of a zone, which takes whole nodes where nodes are bought', async () => {
    const { best, degraded } = await planOf(scenario('{ max_gpus: 30, survive: zone, zones: 3 }')).plan();
    const replicas = best?.pools[0]?.replicas ?? 0;
    const plain = await replicasOf(scenario('{ max_gpus: 30 }'));
    expect(replicas - Math.ceil(replicas / 3)).toBeGreaterThanOrEqual(plain);
    expect(replicas - 1 - Math.ceil((replicas - 1) / 3)).toBeLessThan(plain);
    expect(degraded.find(({ lost }) => lost === 'zone')).toMatchObject({ meets: true, required: true });
    // Three zones and nodes of eight: what carries the load must stand twice.
    const nodes = await planOf(scenario('{ max_gpus: 30, survive: zone, zones: 3, node_gpus: 8 }')).plan();
    expect(nodes.best?.pools[0]?.replicas).toBe(16);
    expect(nodes.degraded.find(({ lost }) => lost === 'zone')?.replicasLost).toBe(8);
  });

  it('mixes kinds where the stock of each is too small, and no unit of the mix can go', async () => {
    const { plan, play } = planOf(scenario('{ max_gpus: 30, stock: { gpu-a: 2, gpu-b: 2 } }'));
    const { best, labels, optimalityGap } = await plan();
    expect(best?.pools.map(({ hardware }) => hardware)).toEqual(['gpu-a', 'gpu-b']);
    expect(best?.forecast?.goodput?.meetsSlo).toBe(true);
    expect(labels.map(({ code }) => code)).toContain('mixes');
    expect(optimalityGap).toBeGreaterThanOrEqual(0);
    const pools = best?.pools.map(({ replicas }, shape) => ({ shape, replicas })) ?? [];
    for (const index of pools.keys()) {
      const fewer = pools
        .map((pool, k) => (k === index ? { ...pool, replicas: pool.replicas - 1 } : pool))
        .filter(({ replicas }) => replicas > 0);
      expect(play({ pools: fewer, policy: 'p', load: 1, whole: true }).outcome).not.toBe('meets');
    }
  });

  it('says of a mix all that it says of one kind', async () => {
    const text = scenario('{ max_gpus: 30, stock: { gpu-a: 2, gpu-b: 2 } }').replace(
      'gpu-b: { usd_per_gpu_hour: 1.3 }',
      'gpu-b: { usd_per_gpu_hour: 1.3, terms: { on_demand: 1.3, one_year: 0.9 } }',
    );
    const { best, degraded, terms, headroom, loads, sensitivities } = await planOf(text).plan();
    const [a = 0, b = 0] = best?.pools.map(({ replicas }) => replicas) ?? [];
    expect(degraded.map(({ lost, of }) => `${lost} of ${of}`)).toEqual([
      'replica of gpu-a',
      'replica of gpu-b',
      'node of gpu-a',
      'node of gpu-b',
    ]);
    expect(terms.map(({ term, usdPerHour }) => [term, usdPerHour])).toEqual([
      ['on_demand', a + 1.3 * b],
      ['one_year', 0.6 * a + 0.9 * b],
    ]);
    expect(headroom?.meetsAt).toBeGreaterThanOrEqual(1);
    expect(loads.length).toBeGreaterThan(2);
    expect(sensitivities.map(({ what }) => what)).toContain('SLO target ttft, s');
  });

  it('counts a kind of a mix without a term at its price on demand, and says so', async () => {
    const { best, terms, labels } = await planOf(
      scenario('{ max_gpus: 30, stock: { gpu-a: 2, gpu-b: 2 } }'),
    ).plan();
    const [a = 0, b = 0] = best?.pools.map(({ replicas }) => replicas) ?? [];
    expect(best?.pools.map(({ hardware }) => hardware)).toEqual(['gpu-a', 'gpu-b']);
    const reserved = terms.find(({ term }) => term === 'one_year');
    expect(reserved?.usdPerHour).toBeCloseTo(0.6 * a + 1.3 * b, 9);
    // Of what is reserved alone: the rest is paid by use.
    expect(reserved?.breakEvenUtilization).toBeCloseTo(0.6, 9);
    const texts = labels.filter(({ code }) => code === 'missing-term').map(({ text }) => text);
    expect(texts).toContain('gpu-b: no price under one_year, so the price on demand counts there');
  });

  it('loses a part of every kind of a mix with a zone', async () => {
    const { best, degraded } = await planOf(
      scenario('{ max_gpus: 30, stock: { gpu-a: 3, gpu-b: 3 }, survive: zone, zones: 3 }', { rate: 12 }),
    ).plan();
    expect(best?.pools.length).toBe(2);
    const zone = degraded.find(({ lost }) => lost === 'zone');
    expect(zone?.replicasLost).toBe(2);
    expect(zone?.meets).toBe(true);
  });

  it('says what is missing when the stock is too small for any mix', async () => {
    const { feasible, nearestMiss } = await planOf(
      scenario('{ max_gpus: 30, stock: { gpu-a: 1, gpu-b: 1 } }'),
    ).plan();
    expect(feasible).toBe(false);
    expect(nearestMiss?.violated).toMatch(/attainment|unstable/);
  });

  it('refuses limits that are relative to a baseline, stock of unknown hardware, users who never think', () => {
    const own = scenario('{ max_gpus: 30 }').replace(
      '  plan:',
      '  thresholds: { ttft: ["p(90) < baseline * 1.05"] }\n  plan:',
    );
    expect(() => planOf(own)).toThrow(/thresholds\.ttft\[0\] is relative to a baseline/);
    expect(() => planOf(scenario('{ stock: { gpu-c: 2 } }'))).toThrow(/stock\.gpu-c is no hardware/);
    expect(() => planOf(scenario('{ users: { count: 9, busy_share: 40%, think_time: 9s } }'))).toThrow(
      'busy_share must be a number or a list of two, the ends of a range, not "40%"',
    );
    expect(() => planOf(scenario('{ users: { count: 9, busy_share: 0.3, think_time: 0s } }'))).toThrow(
      /think_time must be longer than nothing/,
    );
  });

  it('bears the cost of every GPU that is paid, idle ones of a node too', async () => {
    const nodes = scenario('{ max_gpus: 30, node_gpus: 3, tensor_parallel_size: [2] }');
    const { best } = await planOf(nodes).plan();
    const { cost, throughput } = best?.forecast ?? {};
    expect(best?.gpus).toBe(3 * (best?.pools[0]?.replicas ?? 0));
    const short = scenario('{ max_gpus: 3, node_gpus: 3, tensor_parallel_size: [2] }');
    const { nearestMiss } = await planOf(short).plan();
    expect(nearestMiss?.usdPerHour).toBeGreaterThan(0);
    expect(nearestMiss?.forecast?.cost?.usdPerHour).toBe(nearestMiss?.usdPerHour);
    expect(cost?.usdPerHour).toBe(best?.usdPerHour);
    expect(cost?.usdPerMillionOutputTokens).toBeCloseTo(
      ((best?.usdPerHour ?? NaN) / 3600 / (throughput?.outputTokensPerSecond ?? NaN)) * 1e6,
      9,
    );
  });

  it('lists each fleet once, and under a failure by what is left of it', async () => {
    const { best, candidates } = await planOf(scenario('{ max_gpus: 30, survive: replica }')).plan();
    const keys = candidates.map(({ pools, policy }) => JSON.stringify([pools, policy]));
    expect(new Set(keys).size).toBe(keys.length);
    const prices = candidates.flatMap(({ outcome, usdPerHour }) => (outcome === 'meets' ? [usdPerHour] : []));
    expect(Math.min(...prices.map((price) => price ?? NaN))).toBe(best?.usdPerHour);
    expect(
      candidates.filter(({ outcome }) => outcome === 'misses').map(({ reason }) => reason),
    ).toContainEqual(expect.stringMatching(/^a lost replica takes 1 of \d+ replicas: /));
  });

  it('names the failure that the nearest miss does not stand', async () => {
    const { candidates, nearestMiss } = await planOf(
      scenario('{ max_gpus: 3, survive: replica, stock: { gpu-a: 3, gpu-b: 0 } }'),
    ).plan();
    expect(candidates.map(({ outcome }) => outcome)).not.toContain('meets');
    expect(nearestMiss?.violated).toMatch(/^a lost replica takes 1 of 3 replicas: /);
  });

  it('prices the terms of a contract, and where it breaks', async () => {
    const { best, terms, headroom, loads, degraded } = await planOf(scenario('{ max_gpus: 30 }')).plan();
    const gpus = best?.gpus ?? 0;
    expect(terms).toEqual([
      { term: 'on_demand', usdPerHour: gpus, usdPerMonth: 730 * gpus, gpuMonthsPerMonth: gpus },
      {
        term: 'one_year',
        usdPerHour: 0.6 * gpus,
        usdPerMonth: 0.6 * gpus * 730,
        gpuMonthsPerMonth: gpus,
        breakEvenUtilization: 0.6,
      },
    ]);
    expect(headroom?.meetsAt).toBeLessThan(headroom?.breaksAt ?? 0);
    expect(loads.filter(({ meets }) => !meets).length).toBeGreaterThan(0);
    expect(degraded.find(({ lost }) => lost === 'replica')?.meets).toBe(false);
  });
});
