import { describe, expect, it } from 'vitest';

import { random } from '../../../base/random.ts';
import { PLAIN_POLICIES } from '../../../scheduler/policies/plain-policies.ts';
import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import type { RunInput } from '../../../sim/fleet/run-input.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { blackBox } from '../../../sim/latency/black-box.ts';
import { listedWorkload } from '../../support/listed-workload.ts';
import { ONE_SERVER, QUICK_GATEWAY, WHOLE_RUN } from '../../support/fleet-parts.ts';
import { ONE_REPLICA } from '../../support/one-replica.ts';

const REQUESTS = 60_000;

/** One slot, no batching, no lag, no cache: a server of queueing theory. */
const SINGLE_SLOT: EngineConfig = {
  ...ONE_REPLICA,
  numGpuBlocks: 100_001,
  maxModelLen: 1_000_000,
  maxNumSeqs: 1,
  maxNumBatchedTokens: 1_000_000,
  maxNumScheduledTokens: 1_000_000,
  enablePrefixCaching: false,
  asyncScheduling: false,
  prefixCacheRetentionInterval: undefined,
};

/** Poisson arrivals at `load` of one server whose mean service is 1 s; mean time in the system, seconds. */
function meanResponse(load: number, service: 'constant' | 'exponential'): number {
  const draws = random(7, 0, `queueing ${service}`);
  let arrival = 0;
  const { workload } = listedWorkload(
    Array.from({ length: REQUESTS }, () => {
      arrival += draws.exponential() / load;
      const input = service === 'constant' ? 1000 : Math.max(1, Math.round(1000 * draws.exponential()));
      return { arrival, input, output: 1 };
    }),
  );
  const input: RunInput = {
    ...WHOLE_RUN,
    policy: 'round-robin',
    workload,
    pools: [
      {
        ...ONE_SERVER,
        engine: SINGLE_SLOT,
        stepTime: blackBox({ constant: 0, perToken: 0.001, perContextToken: 0 }),
      },
    ],
    router: {
      kind: 'policy',
      make: PLAIN_POLICIES['round-robin'],
      gateway: QUICK_GATEWAY,
    },
    check: false,
  };
  const { entry } = simulate(input);
  expect(entry.requests.completed).toBe(REQUESTS);
  return entry.e2e.mean ?? NaN;
}

describe('a replica with one slot is a queue', () => {
  // Pollaczek-Khinchine: mean response = s + rho s (1 + c^2) / (2 (1 - rho)), s = 1 s.
  it.each([0.3, 0.6, 0.8])('M/D/1 at load %d', (rho) => {
    const theory = 1 + rho / (2 * (1 - rho));
    expect(meanResponse(rho, 'constant') / theory).toBeGreaterThan(0.95);
    expect(meanResponse(rho, 'constant') / theory).toBeLessThan(1.05);
  });

  it.each([0.3, 0.6, 0.8])('M/M/1 at load %d', (rho) => {
    const theory = 1 / (1 - rho);
    expect(meanResponse(rho, 'exponential') / theory).toBeGreaterThan(0.93);
    expect(meanResponse(rho, 'exponential') / theory).toBeLessThan(1.07);
  });
});
