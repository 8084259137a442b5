import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { planOf } from '../support/plan-scenario.ts';

describe('giving up', () => {
  it('never breaks off a run that meets the SLO as a whole', () => {
    let [broken, whole] = [0, 0];
    fc.assert(
      fc.property(
        fc.record({
          rate: fc.integer({ min: 5, max: 60 }),
          attainment: fc.constantFrom(0.5, 0.8, 0.95),
          perToken: fc.integer({ min: 50, max: 200 }),
        }),
        ({ rate, attainment, perToken }) => {
          const { play } = planOf(`apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: give-up }
spec:
  fleet:
    pools:
      - { name: a, replicas: 1, step_time: { constant: 8ms, per_token: ${perToken}us }, engine: { num_gpu_blocks: 2000, max_model_len: 4096 } }
  workload:
    random: { requests: 200, rate: ${rate}, input_len: 300, output_len: 10 }
  policies: [{ name: p, router: { builtin: round-robin } }]
  slo: { ttft: 200ms, tpot: 30ms, attainment: ${attainment} }
`);
          const run = { pools: [{ shape: 0, replicas: 2 }], policy: 'p', load: 1 };
          const short = play({ ...run, whole: false });
          if (short.shortenedTo === undefined) {
            whole++;
            return;
          }
          broken++;
          expect(short.shortenedTo).toBeLessThanOrEqual(200);
          const { entry, outcome } = play({ ...run, whole: true });
          expect(outcome).not.toBe('meets');
          expect(entry?.goodput?.attainment).toBeLessThan(attainment);
        },
      ),
      { numRuns: 40 },
    );
    expect(Math.min(broken, whole)).toBeGreaterThan(3);
  });
});
