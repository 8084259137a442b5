import { API_VERSION, type RunEntry, type StageReport } from '../../../documents/run-report.ts';
import type { EngineProfile } from '../../../hardware-profiles/engine-profile.ts';
import { loadEngine } from '../../../hardware-profiles/load-engine.ts';
import { loadModel } from '../../../hardware-profiles/load-model.ts';
import type { WeightFormat } from '../../../hardware-profiles/model-profile.ts';
import type { ProfileSource } from '../../../hardware-profiles/profile-source.ts';
import { entrySchema, type InferencePerfEntry } from '../../../scenarios/inference-perf/entry-schema.ts';
import { workloadOfEntry } from '../../../scenarios/inference-perf/workload-of-entry.ts';
import { gpuNamed } from '../gpu-named.ts';
import { modelNamed } from '../model-named.ts';
import { nearestEngine } from '../nearest-engine.ts';
import { joined, NOTHING, type MeasuredServer, type Measurements } from '../validation-case.ts';
import { accuracyClassOf, weightFormat } from '../weight-format.ts';
import { armMeasurements, type PlayedArm } from './arm-measurements.ts';
import {
  clusterRows,
  experimentSchema,
  type Arm,
  type ClusterRow,
  type Experiment,
} from './experiment-schema.ts';
import { renderTime } from './render-time.ts';
import { routerOfArm } from './router-of-arm.ts';
import { siblingKvTokens } from './sibling-kv-tokens.ts';

/**
 * Stages above these rates are incomplete in their reports: of the 73-capacity report about 1,022 requests were counted
 * per stage from 40 per second on (llm-d/llm-d-kv-cache benchmarking/73-capacity).
 */
const LAST_COMPLETE_RATE: Readonly<Record<string, number>> = { 'kv73-qwen3-32b-8x2h100': 35 };

/**
 * Published runs of whole fleets under several policies (transcribed llm-d reports), `workloads` their load generator's
 * settings by id.
 */
export function publishedExperiments(
  file: string,
  experiments: readonly unknown[],
  workloads: readonly unknown[],
  profiles: ProfileSource,
): Measurements {
  const known = workloads.flatMap((one) => entrySchema.safeParse(one).data ?? []);
  const all = experiments.flatMap((one) => experimentSchema.safeParse(one).data ?? []);
  return joined(
    experiments.map((raw, index) => {
      const parsed = experimentSchema.safeParse(raw);
      if (!parsed.success) {
        return notScored(`${file} ${index + 1}`, 'is no experiment in a form that can be read');
      }
      const workload = known.find(({ id }) => id === parsed.data.workload.ref);
      return experiment(file, parsed.data, workload, profiles, all);
    }),
  );
}

/** A workload whose stages have rates. */
type RatedEntry = InferencePerfEntry & {
  readonly load: Exclude<InferencePerfEntry['load'], { type: 'concurrent' }>;
};

function experiment(
  file: string,
  entry: Experiment,
  workload: InferencePerfEntry | undefined,
  profiles: ProfileSource,
  all: readonly Experiment[],
): Measurements {
  const { id, engine, router } = entry;
  const skip = (reason: string): Measurements => notScored(id, reason);
  if (entry.kind !== 'cluster') return skip('a calibration table, no run of a fleet');
  if ('kv-transfer' in (engine.flags ?? {})) {
    return skip('prefill and decode on different replicas are not simulated yet');
  }
  if (entry.offload !== null) return skip('KV tiers beyond the GPU are not simulated yet');
  const load = workload?.load;
  if (workload === undefined || load === undefined || load.type === 'concurrent') {
    return skip('its workload is not given in a form that can be played');
  }
  const rows = clusterRows.safeParse(entry.results.rows);
  if (!rows.success || router === null || router === undefined) return skip('has no results per rate');
  const served = serverOf(entry, profiles);
  if (typeof served === 'string') return skip(served);
  const sibling = siblingKvTokens(entry, all, profiles);
  const parts = router.arms.map((arm) => {
    const played = playedArm(file, entry, arm, { ...workload, load }, rows.data, { ...served, sibling });
    return typeof played === 'string' ? { arm, reason: played } : { arm, played };
  });
  const used = new Set(parts.flatMap(({ played }) => played?.rows ?? []));
  const others = new Set(rows.data.filter((row) => !used.has(row)).map(({ arm }) => arm));
  const reasons = new Map(
    parts.flatMap(({ arm, reason }) => (reason === undefined ? [] : [[arm.arm, reason]])),
  );
  const last = LAST_COMPLETE_RATE[id];
  return joined([
    armMeasurements(
      id,
      parts.flatMap(({ played }) => played ?? []),
    ),
    {
      ...NOTHING,
      notScored: [
        ...[...others].map((name) => ({
          id: `${id} ${name}`,
          reason: reasons.get(name) ?? 'run with settings that are not given',
        })),
        ...(last === undefined
          ? []
          : [{ id: `${id} above ${last} requests/s`, reason: 'the report counted a part of the requests' }]),
      ],
    },
  ]);
}

function notScored(id: string, reason: string): Measurements {
  return { ...NOTHING, notScored: [{ id, reason }] };
}

interface Served {
  readonly profile: EngineProfile;
  readonly server: MeasuredServer;
  readonly quantization: WeightFormat | undefined;
  readonly assumed: boolean;
}

function serverOf(
  { model: path, gpu, engine: { version }, date }: Experiment,
  profiles: ProfileSource,
): Served | string {
  const hardware = gpuNamed(profiles, gpu);
  const model = modelNamed(profiles, path);
  if (hardware === undefined) return `no profile of the GPU ${gpu}`;
  if (model === undefined) return `no profile of the model ${path}`;
  const profile = loadModel(profiles, model);
  const format = weightFormat(profile, { name: path });
  if (typeof format === 'string') return format;
  const { stored, quantization } = format;
  const { engine, assumed } = nearestEngine(profiles, version, date);
  const server = { model, hardware, engine, precision: stored, class: accuracyClassOf(profile, stored) };
  return { server, profile: loadEngine(profiles, engine), quantization, assumed };
}

function playedArm(
  file: string,
  entry: Experiment,
  arm: Arm,
  workload: RatedEntry,
  all: readonly ClusterRow[],
  { server, profile, quantization, assumed, sibling }: Served & { readonly sibling: number | undefined },
): PlayedArm | string {
  const last = LAST_COMPLETE_RATE[entry.id] ?? Infinity;
  // "affinity (run B)" repeats the arm "affinity"; other words in brackets are other settings.
  const rows = all.filter(({ arm: name }) => name === arm.arm || name.startsWith(`${arm.arm} (run `));
  if (rows.length === 0) return 'has no results';
  const routing = routerOfArm(arm);
  if (typeof routing === 'string') return routing;
  const stages = workload.load.stages.filter(({ rate }) => rate <= last);
  const engine = engineOf(entry, arm, routing.blockSize);
  // A share of memory of its own makes another cache.
  const borrowed =
    engine.kv_cache_tokens === undefined && engine.gpu_memory_utilization === undefined ? sibling : undefined;
  const scenario = {
    apiVersion: API_VERSION,
    kind: 'Scenario',
    metadata: { name: entry.id },
    spec: {
      model: server.model,
      fleet: {
        pools: [
          {
            name: 'fleet',
            hardware: server.hardware,
            replicas: entry.servers ?? 1,
            tensor_parallel_size: entry.tp ?? 1,
            engine: {
              profile: server.engine,
              ...(quantization !== undefined && { quantization }),
              ...engine,
              ...(borrowed !== undefined && { kv_cache_tokens: borrowed }),
            },
          },
        ],
      },
      workload: workloadOfEntry({ ...workload, load: { ...workload.load, stages } }),
      policies: [
        {
          name: arm.arm,
          router: routing.router,
          gateway: {
            ...routing.gateway,
            ...(routing.tokenises && { tokenization_time: renderTime(profile, workload) }),
          },
        },
      ],
    },
  };
  return {
    id: `${entry.id} ${arm.arm}`,
    policy: arm.arm,
    source: file,
    scenario: { file, text: JSON.stringify(scenario) },
    server,
    labels: [
      ...(assumed ? ['engine-version-assumed'] : []),
      ...(borrowed === undefined ? [] : ['kv-tokens-of-another-report']),
    ],
    rows,
    stages: stages.flatMap(({ rate, duration, role }, index) =>
      role === 'warmup' ? [] : [{ rate, requests: Math.floor(rate * duration), at: stageAt(index) }],
    ),
  };
}

function stageAt(index: number): (entry: RunEntry) => StageReport | undefined {
  return ({ stages }) => stages?.[index];
}

/** What the report says of the servers' settings: its KV tokens, and flags that are plain numbers. */
function engineOf(
  { engine: { flags = {}, kvCacheTokensPerServer } }: Experiment,
  { arm }: Arm,
  blockSize: number | undefined,
): { readonly kv_cache_tokens?: number; readonly gpu_memory_utilization?: number } {
  const own = flags[`${arm} arm`];
  const given = { ...flags, ...(typeof own === 'object' && own !== null ? own : {}) };
  const number = (flag: string): number | undefined => {
    const value: unknown = Object.entries(given).find(([key]) => key === flag)?.[1];
    return typeof value === 'number' ? value : undefined;
  };
  const batched = number('max-num-batched-tokens');
  const utilization = number('gpu-memory-utilization');
  return {
    ...(typeof kvCacheTokensPerServer === 'number' && { kv_cache_tokens: kvCacheTokensPerServer }),
    ...(batched !== undefined && { max_num_batched_tokens: batched }),
    ...(utilization !== undefined && { gpu_memory_utilization: utilization }),
    ...(blockSize !== undefined && { block_size: blockSize }),
  };
}
