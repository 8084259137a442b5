import { canonicalJson } from '../../base/canonical-json.ts';
import { sha256 } from '../../base/sha256.ts';
import { score } from '../../calibration/validate/score.ts';
import type { Measurements, ValidationCase } from '../../calibration/validate/validation-case.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import type { ValidationReport } from '../../documents/validation-report.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { ForecastTask } from '../jobs/task.ts';
import { packageVersion } from '../package-root.ts';

/** Forecasts everything that was measured and compares. */
export async function validate(
  measurements: Measurements,
  { jobs, seed, cwd }: { readonly jobs: Jobs; readonly seed: number; readonly cwd: string },
): Promise<ValidationReport> {
  const { cases } = measurements;
  const results = await jobs.all(cases.map((one) => taskOf(one, seed, cwd)));
  const outcomes = results.map(({ entry, requests, problems }) => ({
    entry,
    requests,
    reason: problems.map(({ message }) => message).join('; '),
  }));
  return {
    apiVersion: API_VERSION,
    kind: 'ValidationReport',
    manifest: {
      scenario: 'validation',
      scenarioSha256: sha256(canonicalJson(cases.map(({ id, scenario }) => [id, scenario.text]))),
      fleetcastVersion: packageVersion(),
      seeds: [seed],
    },
    ...score(measurements, outcomes),
  };
}

function taskOf(one: ValidationCase, seed: number, cwd: string): ForecastTask & { kind: 'forecast' } {
  return {
    kind: 'forecast',
    label: one.id,
    source: { scenario: one.scenario, sets: [], changes: [], requests: undefined, cwd },
    policy: one.policy,
    seed,
    withRequests: one.requests !== undefined,
  };
}
