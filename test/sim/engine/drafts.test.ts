import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AcceptanceRate, type DraftModel } from '../../../sim/engine/draft-model.ts';
import type { EngineRequest } from '../../../sim/engine/model-server.ts';
import { PromptTree } from '../../../base/prompt-tree.ts';
import { ONE_REPLICA, playReplica, STEP } from '../../support/one-replica.ts';

const drafting = (accepted: DraftModel['accepted'], drafts = 3): DraftModel => ({
  proposed: () => drafts,
  accepted,
});
const all = drafting((_, __, drafts) => drafts);
const none = drafting(() => 0);

describe('speculative decoding', () => {
  it.each([
    { asyncScheduling: false, name: 'all', drafts: all, steps: 1 + 5 },
    { asyncScheduling: true, name: 'all', drafts: all, steps: 1 + 5 },
    { asyncScheduling: false, name: 'none', drafts: none, steps: 1 + 20 },
    { asyncScheduling: true, name: 'none', drafts: none, steps: 1 + 20 },
  ])(
    'takes $steps steps for 21 tokens when $name of 3 drafts are accepted (async: $asyncScheduling)',
    (how) => {
      const config = { ...ONE_REPLICA, asyncScheduling: how.asyncScheduling, numSpeculativeTokens: 3 };
      const { requests } = playReplica(config, [{ at: 0, input: 40, output: 21 }], how.drafts);
      expect(requests[0]).toMatchObject({ firstToken: STEP, ended: how.steps * STEP, outputTokens: 21 });
    },
  );

  it('computes a found block again where a drafting layer needs what is behind it', () => {
    for (const useEagle of [false, true]) {
      const config = { ...ONE_REPLICA, numSpeculativeTokens: 3, useEagle };
      const load = [0, 100].map((step) => ({
        at: step * STEP,
        input: 10 * config.blockSize + 1,
        output: 1,
        text: 1,
      }));
      const { requests } = playReplica(config, load, none);
      expect(requests[1]?.hitTokens).toBe((useEagle ? 9 : 10) * config.blockSize);
    }
  });

  it('cuts an answer at its end, whatever was accepted behind it', () => {
    for (const output of [1, 2, 3, 4, 5, 6, 7]) {
      const config = { ...ONE_REPLICA, numSpeculativeTokens: 3 };
      const { requests } = playReplica(config, [{ at: 0, input: 40, output, limited: false }], all);
      expect(requests[0]?.outputTokens).toBe(output);
      expect(requests[0]?.ended).toBe((1 + Math.ceil((output - 1) / 4)) * STEP);
    }
  });

  it('ends every answer where it ends without drafts, in small pools too, and gives every block back', () => {
    let preemptions = 0;
    let saved = 0;
    const loads = fc.array(
      fc.record({
        at: fc.nat(40).map((steps) => steps * STEP),
        input: fc.integer({ min: 1, max: 90 }),
        output: fc.integer({ min: 1, max: 60 }),
        text: fc.constantFrom(1, 2),
        limited: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(
        loads,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.nat(100),
        (load, k, isAsync, seed) => {
          const arrivals = load.toSorted((a, b) => a.at - b.at);
          const config = { ...ONE_REPLICA, asyncScheduling: isAsync, numGpuBlocks: 16, maxModelLen: 220 };
          const plain = playReplica(config, arrivals);
          const drafts = new AcceptanceRate(seed, k, 0.7);
          const drafted = playReplica({ ...config, numSpeculativeTokens: k }, arrivals, drafts);
          expect(drafted.requests.map(({ outputTokens }) => outputTokens)).toEqual(
            plain.requests.map(({ outputTokens }) => outputTokens),
          );
          expect(drafted.gaugesAt(Infinity).kvUsage).toBe(0);
          preemptions += drafted.preemptions;
          saved += plain.steps - drafted.steps;
        },
      ),
      { seed: 1, numRuns: 300 },
    );
    expect(preemptions).toBeGreaterThan(100);
    expect(saved).toBeGreaterThan(1000);
  });
});

describe('an acceptance rate', () => {
  const request = (outputContent: number): EngineRequest => ({
    index: 0,
    prompt: new PromptTree().prompt([]),
    outputContent,
    outputTokens: 10,
    maxOutputTokens: 10,
    priority: 0,
    lora: undefined,
  });

  it('gives 1 + a + a^2 + a^3 tokens a step in the mean', () => {
    const drafts = new AcceptanceRate(1, 3, 0.8);
    let tokens = 0;
    const steps = 40_000;
    for (let step = 0; step < steps; step++) tokens += 1 + drafts.accepted(request(-1 - step), 7, 3);
    // Standard error of the mean: below 0.007.
    expect(Math.abs(tokens / steps - (1 + 0.8 + 0.64 + 0.512))).toBeLessThan(0.03);
  });

  it('decides token by token: what is accepted does not depend on where a step begins', () => {
    const drafts = new AcceptanceRate(1, 4, 0.6);
    const fate = (output: number) => drafts.accepted(request(-5), output, 1) === 1;
    for (let output = 0; output < 200; output++) {
      let expected = 0;
      while (expected < 4 && fate(output + expected)) expected++;
      expect(drafts.accepted(request(-5), output, 4)).toBe(expected);
    }
  });
});
