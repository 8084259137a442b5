import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import { judgePool, poolActions } from '../../support/pool-judge.ts';
import { drawnConfig } from '../../support/random-load.ts';

describe('a pool of extents', () => {
  it('agrees with a pool of blocks in hits, free count and the order of the free queue', () => {
    let hits = 0;
    let refusals = 0;
    let evictions = 0;
    fc.assert(
      fc.property(drawnConfig, poolActions, (drawn, actions) => {
        const config: EngineConfig = { ...drawn, maxModelLen: 16 * (drawn.numGpuBlocks - 1) };
        const judged = judgePool(actions, config);
        hits += judged.hits;
        refusals += judged.refusals;
        evictions += judged.evictions;
        expect(judged.product).toEqual(judged.plain);
      }),
      { seed: Number(process.env.POOL_SEED ?? 1), numRuns: 3000 },
    );
    expect(hits).toBeGreaterThan(1000);
    expect(refusals).toBeGreaterThan(1000);
    expect(evictions).toBeGreaterThan(1000);
  });
});
