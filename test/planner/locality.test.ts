import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';

/** Conversations of eight turns over a document of their own: on another replica the whole of it is computed again. */
function scenario(router: string, scale: number): string {
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: locality }
spec:
  fleet:
    pools:
      - { name: a, replicas: 1, step_time: { constant: 8ms, per_token: 60us }, engine: { num_gpu_blocks: 24000, max_model_len: 8192 } }
  workload:
    sessions: { num_sessions: 250, rate: 2, system_prompt_len: 50, turns_per_session: 8, first_input_tokens: 4000, input_tokens_per_turn: 100, output_tokens_per_turn: 12, think_time: 2s, max_model_len: 8192 }
    load: { rate_scale: ${scale} }
  policies: [{ name: ${router}, router: { builtin: ${router} } }]
  slo: { ttft: 600ms, tpot: 120ms, attainment: 0.9 }
  plan: { max_gpus: 40 }
`;
}

describe('lost cache locality', () => {
  it('makes cost grow faster than load under round-robin, and the plan says so', async () => {
    const once = await planOf(scenario('round-robin', 1)).plan();
    const twice = await planOf(scenario('round-robin', 2)).plan();
    expect(twice.best?.gpus).toBeGreaterThan(2 * (once.best?.gpus ?? 0));
    expect(once.scaling?.text).toMatch(
      /^twice the load on twice the replicas misses the SLO: cost grows faster than load, because round-robin scatters/,
    );
    expect(once.scaling?.hitRate).toBeLessThan(once.scaling?.hitRateNow ?? 0);
  });

  it('is kept by a router that looks for prefixes', async () => {
    const scattered = await planOf(scenario('round-robin', 1)).plan();
    const kept = await planOf(scenario('llm-d', 1)).plan();
    const twice = await planOf(scenario('llm-d', 2)).plan();
    expect(kept.best?.gpus).toBeLessThan(scattered.best?.gpus ?? 0);
    expect(twice.best?.gpus).toBeLessThanOrEqual(2 * (kept.best?.gpus ?? 0));
    expect(kept.scaling?.text).toMatch(
      /^twice the load on twice the replicas meets the SLO: cost grows no faster than load;/,
    );
  });
});
