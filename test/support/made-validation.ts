import { score } from '../../calibration/validate/score.ts';
import type { ValidationCase } from '../../calibration/validate/validation-case.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import type { ValidationReport } from '../../documents/validation-report.ts';
import { madeReport } from './made-report.ts';

const PAIRS = [
  ['llama-3.1-8b', 'h200-sxm-141gb'],
  ['qwen3-32b', 'h100-sxm-80gb'],
] as const;

/** Loads of a made-up fleet, and mean TTFT in seconds: measured, predicted. */
const LADDER = [
  [5, 0.2, 0.22],
  [10, 0.3, 0.3],
  [15, 0.9, 0.7],
  [20, 4, 6],
] as const;

const [FORECAST] = madeReport([{ policy: 'one-server' }], { minutes: 30 }).report.runs;

/** A report of made-up measurements: every forecast of case k is (1 + k / 50) times the measurement. */
export function madeValidation(name = 'made up'): ValidationReport {
  const cases = Array.from({ length: 12 }, (_, k): ValidationCase => {
    const [model, hardware] = PAIRS[k % 2] ?? PAIRS[0];
    return {
      id: `${name} ${k}`,
      source: 'points.csv',
      scenario: { file: 'points.csv', text: '' },
      policy: 'one-server',
      server: { model, hardware, engine: 'vllm-0.24', precision: 'bf16', class: 'dense BF16' },
      client: 'unknown',
      labels: [],
      figures: (['ttft.mean', 'tpot.mean', 'e2e.mean'] as const).map((metric, at) => ({
        id: '',
        metric,
        unit: 's',
        measured: (k + 1) * 10 ** (at - 1),
        predict: () => (k + 1) * 10 ** (at - 1) * (1 + k / 50),
        loadFactor: k / 12,
        noise: k === 0 ? 0.02 : undefined,
      })),
    };
  });
  const points = LADDER.map(([load, measured, predicted]) => ({
    load,
    measured,
    caseId: `${name} 0`,
    predict: () => predicted,
  }));
  const entrants = ['first', 'second'].map((policy, k) => ({
    policy,
    measured: 1 + k,
    caseId: `${name} 0`,
    predict: () => 2 - k,
  }));
  return {
    apiVersion: API_VERSION,
    kind: 'ValidationReport',
    manifest: {
      scenario: 'validation',
      scenarioSha256: '3f1c'.padEnd(64, '0'),
      fleetcastVersion: '0.1.0',
      seeds: [1],
    },
    ...score(
      {
        cases,
        ladders: [{ id: `${name} fleet`, loadUnit: 'requests/s', points }],
        contests: [{ id: `${name} fleet`, metric: 'ttft.mean', higherIsBetter: false, entrants }],
        notScored: [{ id: `${name} other`, reason: `no profile of the GPU ${name}` }],
      },
      cases.map(() => ({ entry: FORECAST })),
    ),
  };
}
