import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { leastReplicas } from '../../planner/least-replicas.ts';
import { ownTokens } from '../../planner/own-tokens.ts';
import { stepFloorOf } from '../../planner/step-floor.ts';
import { planOf } from '../support/plan-scenario.ts';

const workloads = fc
  .tuple(
    fc.constantFrom('random', 'rag', 'sessions'),
    fc.constantFrom(8, 40, 200),
    fc.constantFrom(1, 8, 25, 90),
  )
  .map(([kind, rate, output]) =>
    kind === 'random'
      ? `random: { requests: 150, rate: ${rate}, input_len: { type: uniform, min: 10, max: 1500 }, output_len: ${output} }`
      : kind === 'rag'
        ? `rag: { requests: 150, rate: ${rate}, system_prompt_len: 200, num_documents: 20, zipf_exponent: 1, passages_per_request: 3, passage_len: 150, question_len: 30, output_len: ${output} }`
        : `sessions: { num_sessions: 60, rate: ${rate / 4}, system_prompt_len: 60, turns_per_session: 3, first_input_tokens: 500, input_tokens_per_turn: 80, output_tokens_per_turn: ${output}, think_time: 1s, max_model_len: 4096 }`,
  );

const cases = fc.record({
  workload: workloads,
  attainment: fc.constantFrom(0.6, 0.9, 0.99),
  constant: fc.integer({ min: 2, max: 25 }),
  perToken: fc.integer({ min: 20, max: 400 }),
  perContext: fc.constantFrom(0, 20, 300),
  ttft: fc.constantFrom(80, 250, 900),
  tpot: fc.constantFrom(12, 40),
  blocks: fc.constantFrom(101, 161, 4000),
  router: fc.constantFrom('round-robin', 'least-request', 'llm-d'),
});

describe('the least number of replicas', () => {
  it('is never more than a simulated fleet takes', () => {
    const met = { bound: 0, byMemory: 0, tight: 0, hopeless: 0 };
    fc.assert(
      fc.property(
        cases,
        ({ workload, attainment, constant, perToken, perContext, ttft, tpot, blocks, router }) => {
          const { space, demand, play } = planOf(`apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: least }
spec:
  fleet:
    pools:
      - { name: a, replicas: 1, step_time: { constant: ${constant}ms, per_token: ${perToken}us, per_context_token: ${perContext}ns }, engine: { num_gpu_blocks: ${blocks}, max_model_len: 4096 } }
  workload: { ${workload} }
  policies: [{ name: p, router: { builtin: ${router} } }]
  slo: { ttft: ${ttft}ms, tpot: ${tpot}ms, attainment: ${attainment} }
`);
          const [shape] = space.shapes;
          if (shape === undefined) throw new Error('no shape');
          const { engine } = shape.input;
          const shared = { rows: demand.rows, load: 1, blockTokens: engine.blockSize };
          const input = {
            rows: demand.rows,
            own: ownTokens({ ...shared, until: 'first token' }),
            held: ownTokens({ ...shared, until: 'last token' }),
            kvTokens: (engine.numGpuBlocks - 1) * engine.blockSize,
            load: 1,
            attainment,
            floor: stepFloorOf(shape.input),
            chunkTokens: engine.maxNumScheduledTokens,
            streaming: true,
            warmup: 0,
          };
          const { atLeast, work, memory, lateAlone } = leastReplicas(input);
          const meets = (replicas: number): boolean =>
            play({ pools: [{ shape: 0, replicas }], policy: 'p', load: 1, whole: true }).outcome === 'meets';
          expect(Math.max(work, memory)).toBeLessThanOrEqual(lateAlone ? Infinity : atLeast);
          if (lateAlone !== undefined) {
            met.hopeless++;
            expect(meets(40)).toBe(false);
          } else if (atLeast > 1) {
            met.bound++;
            if (leastReplicas({ ...input, kvTokens: Infinity }).atLeast < atLeast) met.byMemory++;
            expect(meets(atLeast - 1)).toBe(false);
            if (meets(2 * atLeast)) met.tight++;
          }
        },
      ),
      { numRuns: 110, seed: 11 },
    );
    expect(Math.min(...Object.values(met)), JSON.stringify(met)).toBeGreaterThan(2);
  });
});
