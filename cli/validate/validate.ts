import { canonicalJson } from '../../base/canonical-json.ts';
import { sha256 } from '../../base/sha256.ts';
import { score } from '../../calibration/validate/score.ts';
import type { Measurements, ValidationCase } from '../../calibration/validate/validation-case.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import type { ValidationReport } from '../../documents/validation-report.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { ForecastResult, ForecastTask } from '../jobs/task.ts';
import { packageVersion } from '../package-root.ts';

interface Playing {
  readonly jobs: Jobs;
  readonly seed: number;
  readonly cwd: string;
}

/** Forecasts everything that was measured and compares. */
export async function validate(measurements: Measurements, playing: Playing): Promise<ValidationReport> {
  const { cases } = measurements;
  const results = await playing.jobs.all(cases.map((one) => taskOf(one, playing, [])));
  const played = await withMoreMemory(
    cases.map((one, index) => ({ one, result: results[index] ?? { problems: [] } })),
    playing,
  );
  const outcomes = played.map(({ result: { entry, requests, problems } }) => ({
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
      seeds: [playing.seed],
    },
    ...score({ ...measurements, cases: played.map(({ one }) => one) }, outcomes),
  };
}

interface Played {
  readonly one: ValidationCase;
  readonly result: ForecastResult;
}

/** The defaults of vLLM (older profiles 0.9, newer 0.92), and what launch scripts give where the model leaves little room. */
const UTILIZATIONS = [0.9, 0.92, 0.95];

/**
 * Cases whose model does not fit into the default share of the memory, where another may have been given: with the first
 * share into which it fits, which a label says.
 */
async function withMoreMemory(played: readonly Played[], playing: Playing): Promise<readonly Played[]> {
  let all = played;
  for (const utilization of UTILIZATIONS) {
    const small = all.filter(isTooSmall);
    if (small.length === 0) break;
    const set = `spec.fleet.pools[0].engine.gpu_memory_utilization=${utilization}`;
    const results = await playing.jobs.all(small.map(({ one }) => taskOf(one, playing, [set])));
    const fitting = new Map(
      small.flatMap(({ one }, index) => {
        const result = results[index];
        const labels = [...one.labels, `utilization-assumed: ${utilization}`];
        return result === undefined || isTooSmall({ one, result })
          ? []
          : [[one, { one: { ...one, labels }, result }] as const];
      }),
    );
    all = all.map((before) => fitting.get(before.one) ?? before);
  }
  return all;
}

function isTooSmall({ one, result: { problems } }: Played): boolean {
  return one.utilizationUnknown === true && problems.some(({ code }) => code === 'E_DOES_NOT_FIT');
}

function taskOf(
  one: ValidationCase,
  { seed, cwd }: Playing,
  sets: readonly string[],
): ForecastTask & { kind: 'forecast' } {
  return {
    kind: 'forecast',
    label: one.id,
    source: { scenario: one.scenario, sets, changes: [], requests: undefined, cwd },
    policy: one.policy,
    seed,
    withRequests: one.requests !== undefined,
  };
}
