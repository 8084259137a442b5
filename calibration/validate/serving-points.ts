import { csvRows } from '../../sim/workload/trace/csv-rows.ts';
import { grouped } from '../../base/grouped.ts';
import { Sha256 } from '../../base/sha256.ts';
import type { TraceFiles } from '../../sim/workload/trace/trace-format.ts';
import type { TraceRow } from '../../sim/workload/trace/trace-row.ts';
import { loadModel } from '../../hardware-profiles/load-model.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import { API_VERSION, type RunEntry } from '../../documents/run-report.ts';
import { doubtsAbout, type MeasuredLoad } from './doubts.ts';
import { gpuNamed } from './gpu-named.ts';
import { drawnLength, isInferenceX, launchOf, REQUESTS_PER_CLIENT, type Launch } from './inference-x.ts';
import { modelNamed } from './model-named.ts';
import { nearestEngine, olderEngine } from './nearest-engine.ts';
import { noiseOf } from './noise.ts';
import { reasonIfBroken } from './reason-if-broken.ts';
import type {
  Ladder,
  MeasuredFigure,
  MeasuredServer,
  Measurements,
  ValidationCase,
} from './validation-case.ts';
import { accuracyClassOf, weightFormat } from './weight-format.ts';

/** One measured point that can be played. */
interface Point {
  readonly id: string;
  readonly server: MeasuredServer;
  readonly quantization: string | undefined;
  readonly tensorParallel: number;
  readonly expertParallel: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly concurrency: number;
  /** Seconds. */
  readonly ttft: number;
  readonly tpot: number;
  readonly labels: readonly string[];
  /** Engine settings that are known from where the row comes from. */
  readonly launch: Launch;
}

/**
 * The rows of aiconfigurator's serving points: closed loops at a concurrency, mean (it is not said whether mean or median)
 * TTFT and TPOT in milliseconds. A row that cannot be read is not scored; throws UserError for a file that is no table.
 */
export function servingPoints(files: TraceFiles, profiles: ProfileSource): Measurements {
  const points: Point[] = [];
  const notScored: { id: string; reason: string }[] = [];
  const seen = new Map<string, string>();
  const doubtsOf = doubtsAbout(profiles);
  const rows = csvRows(files, new Sha256(), (line, message) =>
    notScored.push({
      id: `line ${line}`,
      reason: `${files.path}:${line} is no row of this table: ${message}`,
    }),
  );
  for (const row of rows) {
    const id = row.text('id') ?? `line ${row.line}`;
    const point = reasonIfBroken(() => pointOf(row, id, profiles, doubtsOf));
    if (typeof point === 'string') {
      notScored.push({ id, reason: point });
      continue;
    }
    const measurement = `${pointKey(point)} ${point.ttft} ${point.tpot}`;
    const before = seen.get(measurement);
    if (before === undefined) points.push(point);
    else notScored.push({ id, reason: `the same measurement as ${before}` });
    seen.set(measurement, before ?? id);
  }
  const repeats = grouped(points, pointKey);
  const series = grouped(points, seriesKey);
  const plateau = new Map([...series].map(([key, own]) => [key, Math.max(...own.map(throughputOf))]));
  return {
    cases: points.map((point) =>
      caseOf(point, files.path, {
        repeats: repeats.get(pointKey(point)) ?? [],
        plateau: plateau.get(seriesKey(point)) ?? NaN,
      }),
    ),
    ladders: [...series].flatMap(([key, own]) => ladderOf(key, own)),
    contests: [],
    notScored,
  };
}

/** Neither a load nor a time is nothing. */
const COLUMNS_ABOVE_ZERO = ['tp_size', 'isl', 'osl', 'concurrency', 'silicon_ttft_ms', 'silicon_tpot_ms'];

/** Why a row is not scored, or the point. */
function pointOf(
  row: TraceRow,
  id: string,
  profiles: ProfileSource,
  doubtsOf: (load: MeasuredLoad) => string | undefined,
): Point | string {
  const text = (key: string): string => row.text(key) ?? '';
  const [backend, mode] = [text('backend'), text('mode')].map((word) => word.toLowerCase());
  if (backend === '') return 'it is not said which server was measured';
  if (backend !== 'vllm') return `the server is ${text('backend')}; vLLM is what is modelled`;
  // Without a mode, workers of their own for prefill tell.
  const together =
    mode === '' ? row.numberIfThere('prefill_num_workers') === undefined : mode?.startsWith('agg') === true;
  if (!together) return 'prefill and decode on different replicas are not simulated yet';
  if (row.numberIfThere('concurrency') === undefined) return 'no concurrency is given';
  if ((row.numberIfThere('attention_dp_size') ?? 1) > 1) return 'data parallelism is not simulated yet';
  if ((row.numberIfThere('pp_size') ?? 1) > 1) return 'pipeline parallelism is not simulated yet';
  const hardware = gpuNamed(profiles, text('system'));
  if (hardware === undefined) return `no profile of the GPU ${text('system')}`;
  const name = modelNamed(profiles, text('model_path'));
  if (name === undefined) return `no profile of the model ${text('model_path')}`;
  const model = loadModel(profiles, name);
  const format = weightFormat(model, {
    precision: text('precision'),
    gemm: text('gemm_quant_mode'),
    name: text('model_path'),
  });
  if (typeof format === 'string') return format;
  const source = text('silicon_data_source');
  const date = /measured=([\d-]+)/.exec(source)?.[1];
  const older = olderEngine(row.text('backend_version'));
  if (older !== undefined) return older;
  const { engine, assumed } = nearestEngine(profiles, row.text('backend_version'), date);
  const zero = COLUMNS_ABOVE_ZERO.find((column) => row.number(column) <= 0);
  if (zero !== undefined) return `${row.file}:${row.line} "${zero}" must be above 0`;
  const tensorParallel = row.count('tp_size');
  const inputTokens = row.count('isl');
  const concurrency = row.count('concurrency');
  const known = isInferenceX(source);
  const launch = known ? launchOf({ model: name, hardware, concurrency, inputTokens }) : {};
  const point: Point = {
    id,
    server: {
      model: name,
      hardware,
      engine,
      precision: format.stored,
      class: accuracyClassOf(model, format.stored),
    },
    quantization: format.quantization,
    tensorParallel,
    expertParallel: (row.numberIfThere('moe_ep_size') ?? 1) > 1,
    inputTokens,
    outputTokens: row.count('osl'),
    concurrency,
    ttft: row.number('silicon_ttft_ms') / 1000,
    tpot: row.number('silicon_tpot_ms') / 1000,
    labels: [
      'read-as-mean',
      ...(known ? [] : ['client-assumed']),
      ...(assumed ? ['engine-version-assumed'] : []),
    ],
    launch,
  };
  const doubt = doubtsOf({
    hardware,
    engine,
    model,
    stored: format.stored,
    kvDtype: launch.kv_cache_dtype ?? 'auto',
    gpus: tensorParallel,
    concurrency,
    slots: launch.max_num_seqs,
    inputTokens,
    outputTokens: point.outputTokens,
    ttft: point.ttft,
    tpot: point.tpot,
  });
  return doubt ?? point;
}

/** Requests per second that a closed loop completes (Little's law). */
function throughputOf({ concurrency, ttft, tpot, outputTokens }: Point): number {
  return concurrency / (ttft + tpot * (outputTokens - 1));
}

function seriesKey({ server, tensorParallel, expertParallel, inputTokens, outputTokens }: Point): string {
  const { model, hardware, engine, precision } = server;
  const parallel = `tp${tensorParallel}${expertParallel ? ' ep' : ''}`;
  return `${model} ${precision} ${hardware} ${parallel} ${engine} ${inputTokens}/${outputTokens}`;
}

function pointKey(point: Point): string {
  return `${seriesKey(point)} c${point.concurrency}`;
}

function caseOf(
  point: Point,
  source: string,
  { repeats, plateau }: { readonly repeats: readonly Point[]; readonly plateau: number },
): ValidationCase {
  const { id, server, outputTokens, concurrency, labels } = point;
  const loadFactor = throughputOf(point) / plateau;
  const figure = (
    metric: string,
    value: (one: Point) => number,
    predict: MeasuredFigure['predict'],
  ): MeasuredFigure => ({
    id: '',
    metric,
    unit: metric.startsWith('throughput') ? '/s' : 's',
    measured: value(point),
    predict,
    noise: noiseOf(repeats.map(value)),
    loadFactor,
  });
  const predictedE2e = ({ ttft: first, tpot: next }: RunEntry): number | undefined => {
    return first.mean === undefined || next.mean === undefined
      ? undefined
      : first.mean + next.mean * (outputTokens - 1);
  };
  const littlesLaw = (entry: RunEntry): number | undefined => {
    const e2e = predictedE2e(entry);
    return e2e === undefined ? undefined : concurrency / e2e;
  };
  return {
    id,
    source,
    scenario: { file: source, text: JSON.stringify(scenarioOf(point)) },
    policy: 'one-server',
    server,
    client: 'unknown',
    labels,
    utilizationUnknown: point.launch.gpu_memory_utilization === undefined,
    figures: [
      figure(
        'ttft.mean',
        (one) => one.ttft,
        (entry) => entry.ttft.mean,
      ),
      figure(
        'tpot.mean',
        (one) => one.tpot,
        (entry) => entry.tpot.mean,
      ),
      figure('e2e.mean', (one) => one.ttft + one.tpot * (outputTokens - 1), predictedE2e),
      ...(loadFactor === 1 ? [figure('throughput.requestsPerSecond', throughputOf, littlesLaw)] : []),
    ],
  };
}

function scenarioOf(point: Point): unknown {
  const { server, quantization, tensorParallel, expertParallel, concurrency } = point;
  const requests = concurrency * REQUESTS_PER_CLIENT;
  return {
    apiVersion: API_VERSION,
    kind: 'Scenario',
    metadata: { name: point.id },
    spec: {
      model: server.model,
      fleet: {
        pools: [
          {
            name: 'server',
            hardware: server.hardware,
            replicas: 1,
            tensor_parallel_size: tensorParallel,
            ...(expertParallel && { enable_expert_parallel: true }),
            engine: {
              profile: server.engine,
              ...(quantization !== undefined && { quantization }),
              ...point.launch,
            },
          },
        ],
      },
      workload: {
        random: {
          input_len: drawnLength(point.inputTokens),
          output_len: drawnLength(point.outputTokens),
          requests,
        },
        load: { closed_loop: { concurrency, requests } },
        finish: 'length',
      },
      policies: [{ name: 'one-server', router: { builtin: 'round-robin' } }],
    },
  };
}

/** A ladder has at least two loads; of repeated points the first counts. */
function ladderOf(id: string, points: readonly Point[]): Ladder[] {
  const byLoad = new Map<number, Point>();
  for (const point of points) if (!byLoad.has(point.concurrency)) byLoad.set(point.concurrency, point);
  if (byLoad.size < 2) return [];
  return [
    {
      id,
      loadUnit: 'requests in flight',
      points: [...byLoad.values()]
        .toSorted((a, b) => a.concurrency - b.concurrency)
        .map(({ concurrency, ttft, id: caseId }) => ({
          load: concurrency,
          measured: ttft,
          caseId,
          predict: (entry: RunEntry) => entry.ttft.mean,
        })),
    },
  ];
}
