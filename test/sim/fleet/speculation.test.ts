import { describe, expect, it } from 'vitest';

import { PLAIN_POLICIES } from '../../../scheduler/policies/plain-policies.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { blackBox } from '../../../sim/latency/black-box.ts';
import { listedWorkload } from '../../support/listed-workload.ts';
import { ONE_REPLICA } from '../../support/one-replica.ts';
import { ONE_SERVER, QUICK_GATEWAY, WHOLE_RUN } from '../../support/fleet-parts.ts';

const REQUESTS = 200;
const OUTPUT = 101;
const STEP = 0.01;

/** Mean TPOT of a server with `drafts` drafts a step, of which each is accepted with probability `acceptance`. */
function meanTpot(drafts: number, acceptance: number, seed = 1): number {
  const { workload } = listedWorkload(
    Array.from({ length: REQUESTS }, (_, index) => ({ arrival: 0.37 * index, input: 100, output: OUTPUT })),
  );
  const { entry } = simulate({
    ...WHOLE_RUN,
    policy: 'round-robin',
    seed,
    workload,
    pools: [
      {
        ...ONE_SERVER,
        engine: { ...ONE_REPLICA, numSpeculativeTokens: drafts },
        stepTime: blackBox({ constant: STEP, perToken: 0, perContextToken: 0 }),
        draftAcceptance: drafts === 0 ? undefined : acceptance,
      },
    ],
    router: {
      kind: 'policy',
      make: PLAIN_POLICIES['round-robin'],
      gateway: QUICK_GATEWAY,
    },
  });
  expect(entry.requests.completed).toBe(REQUESTS);
  expect(entry.throughput.outputTokensPerSecond).toBeGreaterThan(0);
  return entry.tpot.mean ?? NaN;
}

describe('a fleet with speculative decoding', () => {
  it('has the time per token of one without when no draft is accepted, a quarter of it when three are', () => {
    expect(meanTpot(0, 0)).toBeCloseTo(STEP, 9);
    expect(meanTpot(3, 0)).toBeCloseTo(STEP, 9);
    expect(meanTpot(3, 1)).toBeCloseTo(STEP / 4, 9);
  });

  it('divides it by the mean number of tokens a step', () => {
    const perStep = 1 + 0.7 + 0.49;
    // An answer ends inside its last step: a little of it is for nothing.
    expect((meanTpot(2, 0.7) * perStep) / STEP).toBeGreaterThan(0.98);
    expect((meanTpot(2, 0.7) * perStep) / STEP).toBeLessThan(1.04);
    expect(meanTpot(2, 0.7)).toBe(meanTpot(2, 0.7));
    expect(meanTpot(2, 0.7)).not.toBe(meanTpot(2, 0.7, 2));
  });
});
