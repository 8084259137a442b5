import { describe, expect, it } from 'vitest';

import { modelErrorBands } from '../../compare/model-error-bands.ts';
import { outsideValidation } from '../../compare/validated-range.ts';
import type { Residual } from '../../documents/model-error.ts';
import type { RunEntry } from '../../documents/run-report.ts';
import { madeReport, type MadePolicy } from '../support/made-report.ts';

/** Errors that grow evenly from `low` to `high`. */
function residual(low: number, high: number, rest: Partial<Residual> = {}): Residual {
  const logErrors = Array.from({ length: 21 }, (_, k) => low + ((high - low) * k) / 20);
  return { family: 'ttft', count: 20, pairs: 4, logErrors, ...rest };
}

function entries(policy: MadePolicy, seeds = [1]): RunEntry[] {
  return madeReport(seeds.map((seed) => ({ ...policy, seed }))).report.runs;
}

const calm = { policy: 'a', queue: 0.01 };

describe('bands of model error', () => {
  it('divide a figure by the middle 80 % of predicted / measured', () => {
    const [entry] = entries(calm);
    const [, band] = modelErrorBands(entries(calm), 'dense BF16', { residuals: [residual(-0.5, 0.5)] });
    expect(band).toMatchObject({ policy: 'a', metric: 'ttft.p90', level: 0.8, count: 20, pairs: 4 });
    expect(band?.low).toBeCloseTo((entry?.ttft.p90 ?? 0) / Math.exp(0.4), 9);
    expect(band?.high).toBeCloseTo((entry?.ttft.p90 ?? 0) * Math.exp(0.4), 9);
  });

  it('are wider when seeds disagree, and hold the forecast of each seed when forecasts have no error', () => {
    const runs = entries(calm, [1, 2, 3, 4]);
    const exact = { residuals: [residual(0, 0)] };
    const [, band] = modelErrorBands(runs, 'dense BF16', exact);
    const values = runs.map(({ ttft }) => ttft.p90 ?? 0).sort((a, b) => a - b);
    expect(new Set(values).size).toBe(4);
    expect([band?.low, band?.high]).toEqual([values[0], values[3]]);
  });

  it('take the narrowest group with enough comparisons of enough pairs', () => {
    const residuals = [
      residual(-1, 1),
      residual(-0.1, 0.1, { regime: 'light' }),
      residual(-0.01, 0.01, { regime: 'light', class: 'dense BF16' }),
      residual(-0.02, 0.02, { regime: 'light', class: 'FP8 and MoE', pairs: 2 }),
    ];
    const of = (kind: 'dense BF16' | 'FP8 and MoE', policy: MadePolicy = calm) =>
      modelErrorBands(entries(policy), kind, { residuals })[0];
    expect(of('dense BF16')).toMatchObject({ class: 'dense BF16', regime: 'light', indicative: false });
    expect(of('FP8 and MoE')?.class).toBeUndefined();
    expect(of('FP8 and MoE')).toMatchObject({ regime: 'light' });
    expect(of('dense BF16', { policy: 'a', queue: 50 })?.regime).toBeUndefined();
    const [few] = modelErrorBands(entries(calm), 'dense BF16', {
      residuals: [residual(-1, 1, { pairs: 2 })],
    });
    expect(few?.indicative).toBe(true);
  });

  it('give an unstable fleet no TTFT and no E2E', () => {
    const residuals = [
      residual(-1, 1),
      residual(-1, 1, { family: 'e2e' }),
      residual(-1, 1, { family: 'tpot' }),
    ];
    const bands = modelErrorBands(entries({ ...calm, verdict: 'unstable' }), 'dense BF16', { residuals });
    expect(bands.map(({ metric }) => metric)).toEqual(['tpot.p50', 'tpot.p90', 'tpot.p99']);
  });
});

describe('what lies beyond the comparisons', () => {
  const range = { gpus: ['h100-sxm-80gb'], meanRunning: 1e9, inputTokens: 1e9, outputTokens: 1 };

  it('is a GPU, a batch or a length that no forecast was compared at', () => {
    const [entry] = entries(calm);
    if (entry === undefined) throw new Error('a policy makes an entry');
    const texts = outsideValidation(entry, ['h100-sxm-80gb', 'l4-24gb', undefined], { range });
    expect(texts.map(({ code }) => code)).toEqual(['not-validated', 'not-validated']);
    expect(texts[0]?.text).toContain('l4-24gb');
    expect(texts[1]?.text).toMatch(/^mean output tokens \d+: .* up to 1$/);
  });
});
