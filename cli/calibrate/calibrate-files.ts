import { sha256 } from '../../base/sha256.ts';
import { blackBoxServer, unknownServer } from '../../calibration/calibrate/black-box-server.ts';
import { calibrate, chosenCoefficients } from '../../calibration/calibrate/calibrate.ts';
import type { Coefficient } from '../../calibration/calibrate/coefficient.ts';
import type { Comparison } from '../../calibration/calibrate/comparison.ts';
import { engineServer } from '../../calibration/calibrate/engine-server.ts';
import { errorsOf } from '../../calibration/calibrate/errors-of.ts';
import { joinedComparison } from '../../calibration/calibrate/joined-comparison.ts';
import { requestComparison } from '../../calibration/calibrate/request-comparison.ts';
import type { CalibratedServer, ScenarioText } from '../../calibration/calibrate/server.ts';
import { stepComparison } from '../../calibration/calibrate/step-comparison.ts';
import { quantile } from '../../base/quantile.ts';
import type { CalibrationError, CalibrationReport } from '../../documents/calibration-report.ts';
import { API_VERSION, type Label } from '../../documents/run-report.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import type { Override } from '../../scenarios/load/override.ts';
import { workloadOf, type OpenedWorkload } from '../../scenarios/resolve/workload-of.ts';
import { nodeResources } from '../files/node-resources.ts';
import { packageVersion } from '../package-root.ts';
import type { MeasuredFile } from './measured-file.ts';

export interface CalibrateRequest {
  readonly files: readonly MeasuredFile[];
  /** Of the server that was measured; undefined = nothing is known of it. */
  readonly scenario: ScenarioText | undefined;
  /** Names of the coefficients to fit; undefined = those that such measurements mostly identify. */
  readonly coefficients: readonly string[] | undefined;
  readonly seed: number;
  readonly cwd: string;
  /** Hears how many forecasts of all measurements were made so far. */
  readonly onForecast: (count: number) => void;
}

/** Fits a profile to files of measurements. Throws UserError when they cannot identify it. */
export function calibrateFiles(request: CalibrateRequest): CalibrationReport {
  const { files, seed, cwd } = request;
  const longest = Math.max(1, ...files.map((file) => ('steps' in file ? 1 : file.longest)));
  const scenario = request.scenario ?? unknownServer(longest + 1);
  const parts = files.map((file) => ({ file, played: playedFile(file, scenario, cwd) }));
  const server = parts[0]?.played.server;
  if (server === undefined) throw new Error('there is at least one file');
  const chosen = chosenCoefficients(server.coefficients, request.coefficients ?? usual(server, files));
  const joinedParts = joinedComparison(
    parts.map(({ file, played }) => comparisonOf(file, played, chosen, seed)),
  );
  const comparison = counted(joinedParts, request.onForecast);
  const calibration = calibrate(comparison, chosen);
  const sources = files.map(({ name }) => name).join(', ');
  const hadProfile = server.target === 'engine';
  const errors = errorsOf(comparison.rows, calibration, hadProfile);
  return {
    apiVersion: API_VERSION,
    kind: 'CalibrationReport',
    manifest: {
      scenario: request.scenario?.file ?? 'calibration',
      scenarioSha256: sha256(scenario.text),
      fleetcastVersion: packageVersion(),
      seeds: [seed],
    },
    measurements: files.map(({ name, format, sha256: digest, ...rest }) => ({
      file: name,
      format,
      sha256: digest,
      figures: 'steps' in rest ? rest.steps.length : rest.requests.length,
    })),
    target: server.target,
    coefficients: calibration.coefficients.map((fitted, k) => ({
      ...fitted,
      about: chosen[k]?.about ?? '',
      ...(hadProfile && { before: chosen[k]?.start ?? 0 }),
    })),
    errors,
    profile: server.profile(calibration.coefficients, sources),
    labels: [...poorFit(errors), ...labelsOf(request)],
  };
}

function counted({ rows, predict }: Comparison, onForecast: (count: number) => void): Comparison {
  let count = 0;
  return {
    rows,
    predict(values) {
      onForecast(count++);
      return predict(values);
    },
  };
}

/** A file's server under the workload that the file records. */
interface PlayedFile {
  readonly server: CalibratedServer;
  readonly openWorkload: () => OpenedWorkload;
}

function playedFile(file: MeasuredFile, scenario: ScenarioText, cwd: string): PlayedFile {
  const resources = nodeResources(cwd);
  const workload: Override = {
    path: ['spec', 'workload'],
    value: 'steps' in file ? NO_WORKLOAD : { measured: { file: file.path, format: file.format } },
    origin: `--from ${file.name}`,
  };
  const loaded = loadScenario(scenario, [], resources, [workload]);
  return {
    server:
      loaded.scenario.spec.fleet.pools[0]?.step_time === undefined
        ? engineServer(scenario, workload, resources)
        : blackBoxServer(scenario, workload, resources, typicalStep(file)),
    openWorkload: () => workloadOf(loaded, resources),
  };
}

/** A step of a small model on a data-center GPU, where nothing was measured that tells. */
const FAST_STEP = 5e-3;

/** About a step with little in it: the fastest twentieth of steps, or of times per output token. */
function typicalStep(file: MeasuredFile): number {
  const times =
    'steps' in file
      ? file.steps.map(({ seconds }) => seconds)
      : file.requests.flatMap(({ tpot }) => tpot ?? []);
  const sorted = times.filter((time) => time > 0).sort((a, b) => a - b);
  return sorted.length === 0 ? FAST_STEP : quantile(sorted, 0.05);
}

/** Single steps are looked at by themselves; a scenario has a workload all the same. */
const NO_WORKLOAD = {
  shared_prefix: {
    num_groups: 1,
    num_prompts_per_group: 1,
    system_prompt_len: 1,
    question_len: 1,
    output_len: 1,
  },
  load: { closed_loop: { concurrency: 1 } },
};

function comparisonOf(
  file: MeasuredFile,
  { server, openWorkload }: PlayedFile,
  chosen: readonly Coefficient[],
  seed: number,
): Comparison {
  const resolve = (values: readonly number[]) =>
    server.resolve(new Map(chosen.map(({ name }, k) => [name, values[k] ?? 0])));
  if ('steps' in file) return stepComparison(file.steps, resolve);
  return requestComparison(file.requests, openWorkload(), resolve, seed);
}

/** What measurements of this kind mostly identify. */
function usual(server: CalibratedServer, files: readonly MeasuredFile[]): readonly string[] {
  const steps = files.every((file) => 'steps' in file);
  // Times of this format are taken inside the engine.
  const inside = steps || files.every(({ format }) => format === 'vllm-requests');
  if (server.target === 'engine')
    return ['time_scale', 'step', ...(inside ? [] : ['ingest', 'ingest_per_token'])];
  const hasContext = files.some(
    (file) => 'steps' in file && file.steps.some(({ context = 0 }) => context > 0),
  );
  return [
    'constant',
    ...(steps ? ['per_sequence'] : []),
    'per_token',
    ...(steps && !hasContext ? [] : ['per_context_token']),
    ...(inside ? [] : ['ingest_delay', 'ingest_delay_per_token']),
  ];
}

/** Beyond this median error of what was held out, the model is not that of the server. */
const POOR = 0.2;

function poorFit(errors: readonly CalibrationError[]): Label[] {
  const poor = errors.filter(
    ({ split, medianAbsoluteError }) => split === 'held-out' && medianAbsoluteError > POOR,
  );
  if (poor.length === 0) return [];
  const metrics = poor.map(({ metric }) => metric.toUpperCase()).join(' and ');
  return [
    {
      code: 'poor-fit',
      text: `half of the held-out ${metrics} are off by more than ${POOR * 100} %: no such coefficients describe this server; are the limits of its engine, its KV cache and its parallelism those of the scenario?`,
    },
  ];
}

function labelsOf({ files, scenario }: CalibrateRequest): Label[] {
  const runs = files.filter((file) => 'requests' in file);
  return [
    ...(scenario === undefined && runs.length > 0
      ? [
          {
            code: 'server-assumed',
            text: 'nothing is known of the server: one replica, 2048 tokens and 128 requests a step, a KV cache that never fills; give a scenario with its pool to say more',
          },
        ]
      : []),
    ...(runs.length > 0
      ? [
          {
            code: 'no-prefixes',
            text: 'the records do not say which prompts share a beginning: no prefix hits are played',
          },
        ]
      : []),
  ];
}
