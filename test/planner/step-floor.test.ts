import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { stepFloorOf } from '../../planner/step-floor.ts';
import type { StepShape } from '../../sim/latency/step-time-model.ts';
import { shapeOf } from '../sim/latency/support.ts';
import { resolve } from '../support/resolved.ts';

const KINDS = [
  ['qwen3-32b', 'h100-sxm-80gb', 2],
  ['qwen3-32b', 'b200-sxm-180gb', 1],
  ['llama-3.1-8b', 'l40s-48gb', 1],
  ['llama-3.1-8b', 'a100-sxm-80gb', 2],
  ['mixtral-8x7b', 'h200-sxm-141gb', 2],
  ['deepseek-v3', 'h200-sxm-141gb', 8],
] as const;

const steps = fc.record({
  contexts: fc.array(fc.integer({ min: 1, max: 30000 }), { maxLength: 60 }),
  chunks: fc.array(
    fc.record({ tokens: fc.integer({ min: 1, max: 4000 }), computed: fc.integer({ min: 0, max: 30000 }) }),
    { maxLength: 6 },
  ),
  /** Of the contexts' tokens, in percent. */
  shared: fc.integer({ min: 0, max: 100 }),
});

describe('the floor under steps', () => {
  it.each(KINDS)('lies under every step of %s on %s, TP %s', (model, hardware, size) => {
    const { policies } = resolve(`apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: floor }
spec:
  model: ${model}
  fleet: { pools: [{ name: a, hardware: ${hardware}, replicas: 1, tensor_parallel_size: ${size}, engine: { max_model_len: 36000 } }] }
  workload: { random: { requests: 1, rate: 1, input_len: 10, output_len: 1 } }
  policies: [{ name: p, router: { builtin: round-robin } }]
`);
    const pool = policies[0]?.pools[0];
    if (pool === undefined) throw new Error('no pool');
    const floor = stepFloorOf(pool);
    const timer = pool.stepTime.timer(1e9);
    let [nearPrefill, nearDecode] = [0, 0];
    fc.assert(
      fc.property(steps, ({ contexts, chunks, shared }) => {
        let room = pool.engine.maxNumScheduledTokens - contexts.length;
        const fitting = chunks.filter(({ tokens }) => (room -= tokens) >= 0);
        if (contexts.length + fitting.length === 0) return;
        const sum = contexts.reduce((total, context) => total + context, 0);
        const shape: StepShape = {
          ...shapeOf(
            contexts,
            fitting.map(({ tokens, computed }) => [tokens, computed]),
          ),
          sharedContext: Math.floor((sum * shared) / 100),
          windowContext: contexts.reduce(
            (total, context) => total + Math.min(context, pool.stepTime.slidingWindow ?? 0),
            0,
          ),
          windowStepsToFull: 0,
        };
        const seconds = timer.step(shape) / 1e9;
        const tokens = fitting.reduce((total, chunk) => total + chunk.tokens, 0);
        const pairs = fitting.reduce((total, chunk) => total + chunk.tokens * chunk.computed, 0);
        const prefill = floor.perToken * tokens + floor.perPair * pairs + floor.perContext * sum;
        const decode = floor.perRow * contexts.length + floor.perRowContext * sum;
        expect(seconds).toBeGreaterThanOrEqual(prefill);
        expect(seconds).toBeGreaterThanOrEqual(decode);
        const [one] = contexts;
        if (one !== undefined) expect(seconds).toBeGreaterThanOrEqual(floor.decode(one));
        nearPrefill = Math.max(nearPrefill, prefill / seconds);
        nearDecode = Math.max(nearDecode, decode / seconds);
      }),
      { numRuns: 400, seed: 3 },
    );
    // A floor of nothing would hold as well.
    expect(nearPrefill).toBeGreaterThan(0.6);
    expect(nearDecode).toBeGreaterThan(0.05);
  });
});
