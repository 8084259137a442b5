import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';

/*
 * One step serves one request: prompts of one token, one output token, a batch of one. A replica is then the server of an
 * M/D/c queue, for which least-request is not exact; with one replica per queue (random routing) each is an M/D/1 queue at
 * rate lambda / n, whose mean wait is rho s / (2 (1 - rho)) (Pollaczek and Khinchine).
 */
const SERVICE = 0.1;
const RATE = 25;

function scenario(limit: number): string {
  return `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: queue }
spec:
  fleet:
    pools:
      - { name: q, replicas: 1, step_time: { constant: ${SERVICE * 1000}ms }, engine: { num_gpu_blocks: 4000, max_model_len: 64, max_num_seqs: 1, async_scheduling: false } }
  workload:
    random: { requests: 30000, rate: ${RATE}, input_len: 2, output_len: 1 }
  policies: [{ name: random, router: { builtin: random } }]
  thresholds: { queueTime: ["mean <= ${Math.round(limit * 1000)}ms"] }
  plan: { max_gpus: 20 }
`;
}

/** The least number of M/D/1 queues, each with its share of the arrivals, whose mean wait is at most `limit`. */
function leastQueues(limit: number): number {
  for (let queues = Math.floor(RATE * SERVICE) + 1; ; queues++) {
    const load = (RATE / queues) * SERVICE;
    if ((load * SERVICE) / (2 * (1 - load)) <= limit) return queues;
  }
}

describe('a promise on means alone', () => {
  it.each([0.2, 0.07, 0.03])('takes as many replicas as the formula says: mean wait %s s', async (limit) => {
    const { best } = await planOf(scenario(limit)).plan();
    expect(best?.pools[0]?.replicas).toBe(leastQueues(limit));
  });

  it('covers different answers', () => {
    expect(new Set([0.2, 0.07, 0.03].map(leastQueues)).size).toBe(3);
  });
});
