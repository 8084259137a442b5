import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';

/** Two kinds at prices of the caller's, the first of them slower; `policies` in the order given. */
function scenario(prices: readonly [number, number], policies: readonly string[], slow = 12): string {
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: ties }
spec:
  fleet:
    pools:
      - { name: slow, hardware: gpu-a, replicas: 1, step_time: { constant: ${slow}ms, per_token: 210us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
      - { name: fast, hardware: gpu-b, replicas: 1, step_time: { constant: 10ms, per_token: 190us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
  workload:
    random: { requests: 300, rate: 10, input_len: 1000, output_len: 20 }
  policies:
${policies.map((name) => `    - { name: ${name}, router: { builtin: ${name} } }`).join('\n')}
  slo: { ttft: 900ms, tpot: 150ms, attainment: 0.9 }
  prices:
    gpu-a: { usd_per_gpu_hour: ${prices[0]} }
    gpu-b: { usd_per_gpu_hour: ${prices[1]} }
  plan: { max_gpus: 30 }
`;
}

describe('fleets at one price', () => {
  it('gives the answer to the better forecast, whichever was found first', async () => {
    const { best, runnersUp, candidates } = await planOf(scenario([1, 1], ['least-request'])).plan();
    expect(best?.pools[0]?.name).toBe('fast');
    expect(runnersUp[0]?.usdPerHour).toBe(best?.usdPerHour);
    expect(runnersUp[0]?.reason).toMatch(
      /^it costs the same, but (attains|carries|has a P90 TTFT of) .* (instead of|not)/,
    );
    const reasons = candidates.map(({ reason }) => reason);
    expect(reasons.some((reason) => reason.includes('the best forecast of 2 at this price'))).toBe(true);
    expect(reasons.some((reason) => reason.includes(runnersUp[0]?.reason ?? '-'))).toBe(true);
  });

  it('does not depend on the order of the policies', async () => {
    const answers = await Promise.all(
      [
        ['random', 'least-request'],
        ['least-request', 'random'],
      ].map(async (policies) => (await planOf(scenario([1, 1.9], policies)).plan()).best),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it('keeps the cheaper fleet where the better one costs more', async () => {
    const { best, runnersUp } = await planOf(scenario([1, 1.2], ['least-request'], 10.5)).plan();
    expect(best?.pools[0]?.name).toBe('slow');
    expect(runnersUp[0]?.reason).toMatch(/more money$/);
  });
});
