import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CoreSteps } from '../../support/core-steps.ts';
import { ONE_REPLICA } from '../../support/one-replica.ts';

const request = fc.record({
  at: fc.nat(40),
  input: fc.integer({ min: 1, max: 120 }),
  output: fc.integer({ min: 1, max: 90 }),
  abortAt: fc.option(fc.nat(120), { freq: 8 }),
});

const load = fc.record({
  blockSize: fc.constantFrom(4, 16),
  blocks: fc.integer({ min: 57, max: 120 }),
  budget: fc.constantFrom(8, 48, 512),
  asyncScheduling: fc.boolean(),
  requests: fc.array(request, { minLength: 1, maxLength: 24 }),
});

describe('the decode group', () => {
  it('changes nothing in any pass: who waits, who is preempted, how many tokens, which blocks are free', () => {
    const met = { grouped: 0, attended: 0, preempted: 0, aborted: 0 };
    fc.assert(
      fc.property(load, ({ blockSize, blocks, budget, asyncScheduling, requests }) => {
        const config = {
          ...ONE_REPLICA,
          blockSize,
          numGpuBlocks: blocks,
          maxNumBatchedTokens: budget,
          maxNumScheduledTokens: budget,
          maxModelLen: 220,
          asyncScheduling,
        };
        const [alone, grouping] = [new CoreSteps(config), new CoreSteps(config, undefined, true)];
        for (let step = 0; step < 400; step++) {
          for (const core of [alone, grouping]) {
            requests.forEach(({ at, input, output, abortAt }, index) => {
              if (at === step) core.add(String(index), { input, output });
              if (abortAt === step && at < step) core.abort(String(index));
            });
          }
          met.aborted += requests.filter(({ at, abortAt }) => abortAt === step && at < step).length;
          const [expected, seen] = [alone.step(), grouping.step()];
          expect(seen.waiting).toEqual(expected.waiting);
          expect(seen.preempted).toEqual(expected.preempted);
          expect(grouping.totalTokens).toBe(alone.totalTokens);
          expect(grouping.free).toBe(alone.free);
          met.grouped += grouping.grouped;
          met.attended += seen.rows.length;
          met.preempted += seen.preempted.length;
        }
        expect(grouping.grouped).toBe(0);
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(met.grouped).toBeGreaterThan(met.attended / 2);
    expect(met.preempted).toBeGreaterThan(50);
    expect(met.aborted).toBeGreaterThan(50);
  });
});
