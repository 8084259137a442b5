import { describe, expect, it } from 'vitest';

import { leapRuns } from '../../support/leap-runs.ts';

const seed = Number(process.env.LEAP_SEED ?? 1);
const path = process.env.LEAP_PATH;

describe('a leap equals its steps', () => {
  it('for every request of 100,000 in small random fleets', () => {
    if (path !== undefined) {
      leapRuns(seed, 1, path);
      return;
    }
    const met = leapRuns(seed, 100_000);
    const decodes = met.get('decode steps') ?? 0;
    expect((met.get('leapt steps') ?? 0) / decodes).toBeGreaterThan(0.5);
    for (const [kind, count] of met) expect(count, kind).toBeGreaterThan(0);
  }, 300_000);
});
