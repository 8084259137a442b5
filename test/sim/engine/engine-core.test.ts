import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { profileRules, recordedConfig } from '../../conformance/engine/engine-versions.ts';
import { firstDifference } from '../../conformance/engine/first-difference.ts';
import { plainStepped } from '../../conformance/engine/plain-stepped.ts';
import { playCase } from '../../conformance/engine/play-case.ts';
import { productStepped } from '../../conformance/engine/product-stepped.ts';
import { randomCase, type CaseFeature } from '../../support/random-case.ts';

const RUNS = 400;

/** What the passes of a feature's cases must have met, by the fields in which it shows. */
const SHOWN: Record<CaseFeature, readonly string[]> = {
  nothing: ['preempt', 'resumed', 'q', 'pq', 'done'],
  drafts: ['drafts', 'preempt'],
  window: ['preempt', 'q'],
  transfers: ['loads', 'recv', 'sent', 'preempt'],
  adapters: ['preempt'],
  'prefill interval': ['preempt'],
  switches: ['preempt'],
};

describe('the engine core does in every pass what a per-block, step-by-step engine does', () => {
  const rulesOf = profileRules();

  it.each(Object.entries(SHOWN) as [CaseFeature, readonly string[]][])('%s', (feature, shown) => {
    const met = new Map(shown.map((field) => [field, 0]));
    fc.assert(
      fc.property(randomCase(feature), (header) => {
        const rules = rulesOf(header.vllm);
        if (rules === undefined) throw new Error(`no profile describes vLLM ${header.vllm}`);
        const config = recordedConfig(header, rules);
        const events = [...playCase(header, plainStepped(header, config))];
        expect(
          firstDifference(events, playCase(header, productStepped(header, config)), false),
        ).toBeUndefined();
        for (const event of events) {
          for (const field of shown) {
            const value = (event as unknown as Record<string, unknown[] | undefined>)[field];
            if (value?.some((entry) => entry !== 0) === true) met.set(field, (met.get(field) ?? 0) + 1);
          }
        }
      }),
      { seed: Number(process.env.CORE_SEED ?? 1), numRuns: RUNS },
    );
    for (const [field, times] of met) expect(times, field).toBeGreaterThan(20);
  });
});
