import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { PlanCache, programDigest } from '../../cli/plan/plan-cache.ts';
import type { Plan } from '../../documents/plan.ts';
import { workspace } from '../support/workspace.ts';

const KEY = { scenarioSha256: 'a', workloadSha256: 'b', policies: ['p'], seeds: [1] };

const PLAN: Plan = {
  apiVersion: 'fleetcast/v1alpha1',
  kind: 'Plan',
  manifest: { scenario: 's', scenarioSha256: 'a', fleetcastVersion: '0', seeds: [1] },
  answer: { sentence: 'none' },
  feasible: false,
  objective: 'gpus',
  requirement: { load: 1, requestsPerSecond: 1, peakLoad: 1, survive: 'none' },
  demand: {
    requests: 1,
    seconds: 1,
    requestsPerSecond: 1,
    inputTokens: 1,
    uniqueInputTokens: 1,
    outputTokens: 1,
  },
  runnersUp: [],
  candidates: [],
  loads: [],
  degraded: [],
  terms: [],
  sensitivities: [],
  effort: { runs: 0, shortened: 0, requests: 0 },
  labels: [],
};

describe('kept plans', () => {
  it('come back for the same input and program only', () => {
    const { folder } = workspace({});
    const cache = path.join(folder, 'deep', 'cache');
    new PlanCache(cache, KEY, 'v1').write(PLAN);
    expect(new PlanCache(cache, KEY, 'v1').read()).toEqual(PLAN);
    expect(new PlanCache(cache, KEY, 'v2').read()).toBeUndefined();
    for (const change of [
      { seeds: [1, 2] },
      { policies: ['q'] },
      { workloadSha256: 'c' },
      { scenarioSha256: 'd' },
    ])
      expect(new PlanCache(cache, { ...KEY, ...change }, 'v1').read()).toBeUndefined();
  });

  it('are made anew when the file is broken, and cost nothing where nothing can be written', () => {
    const { folder, files } = workspace({});
    new PlanCache(folder, KEY, 'v1').write(PLAN);
    const [file = ''] = files();
    writeFileSync(path.join(folder, file), '{"kind":');
    expect(new PlanCache(folder, KEY, 'v1').read()).toBeUndefined();
    expect(() => new PlanCache(path.join(folder, file), KEY, 'v1').write(PLAN)).not.toThrow();
  });

  it('belong to one state of the program', () => {
    expect(programDigest()).toMatch(/^[0-9a-f]{64}$/);
    expect(programDigest()).toBe(programDigest());
  });
});
