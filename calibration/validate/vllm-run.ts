import { z } from 'zod';

import { UserError } from '../../base/user-error.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import { loadModel } from '../../hardware-profiles/load-model.ts';
import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';
import type { TraceFiles } from '../../sim/workload/trace/trace-format.ts';
import { readTrace } from '../../sim/workload/trace/trace-formats.ts';
import { vllmRequests } from '../../sim/workload/trace/vllm-requests.ts';
import { engineKwargs, servedAs } from './engine-kwargs.ts';
import { gpuNamed } from './gpu-named.ts';
import { modelNamed } from './model-named.ts';
import { nearestEngine, olderEngine } from './nearest-engine.ts';
import { recordedRun } from './recorded-run.ts';
import { NOTHING, type Measurements } from './validation-case.ts';
import { accuracyClassOf, weightFormat } from './weight-format.ts';

/** The keys of a run's meta.json (casys-kaist/LLMServingSim) that say what served it. */
const metaSchema = z.object({
  model: z.string(),
  vllm_version: z.string().optional(),
  engine_kwargs: engineKwargs,
  kv_cache: z.object({ num_gpu_blocks: z.int().optional() }).optional(),
  hardware: z.object({ device_name: z.string() }).optional(),
});

/**
 * A recorded vLLM run: `meta.json` says what served it, `requests.jsonl` is replayed at its arrivals. Its times are taken
 * in the engine, so the delays around the engine are left out of the forecast as well. Throws UserError for a meta.json that
 * says too little.
 */
export function vllmRun(
  folder: string,
  meta: { readonly file: string; readonly text: string },
  requests: TraceFiles,
  profiles: ProfileSource,
): Measurements {
  const parsed = metaSchema.safeParse(jsonOf(meta));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError({
      code: 'E_VALIDATE',
      message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no description of a run'}`,
      at: { file: meta.file },
    });
  }
  const { model: path, vllm_version, engine_kwargs, kv_cache, hardware: device } = parsed.data;
  const id = folder.split('/').at(-1) ?? folder;
  const skip = (reason: string): Measurements => ({ ...NOTHING, notScored: [{ id, reason }] });
  // Runs without the driver's name carry the GPU in the name of their folder.
  const hardware = gpuNamed(profiles, device?.device_name ?? '') ?? gpuInFolder(profiles, id);
  const model = modelNamed(profiles, path);
  if (hardware === undefined) return skip(`no profile of the GPU ${device?.device_name ?? id}`);
  if (model === undefined) return skip(`no profile of the model ${path}`);
  const profile = loadModel(profiles, model);
  const { quantization: method = '', ...launch } = engine_kwargs;
  const served = servedAs(launch);
  if (typeof served === 'string') return skip(served);
  const format = weightFormat(profile, { precision: method, name: path });
  if (typeof format === 'string') return skip(format);
  const { stored, quantization } = format;
  const older = olderEngine(vllm_version);
  if (older !== undefined) return skip(older);
  const { engine, assumed } = nearestEngine(profiles, vllm_version, undefined);
  const blocks = kv_cache?.num_gpu_blocks;
  const scenario = {
    apiVersion: API_VERSION,
    kind: 'Scenario',
    metadata: { name: id },
    spec: {
      model,
      fleet: {
        pools: [
          {
            name: 'server',
            hardware,
            replicas: 1,
            ...served.pool,
            engine: {
              profile: engine,
              ...served.engine,
              ...(quantization !== undefined && { quantization }),
              ...(blocks !== undefined && { num_gpu_blocks: blocks }),
              ingest_delay: '0s',
              ingest_delay_per_token: '0s',
              output_delay: '0s',
            },
          },
        ],
      },
      workload: { measured: { file: 'requests.jsonl', format: 'vllm-requests' } },
      policies: [{ name: 'one-server', router: { builtin: 'round-robin' } }],
    },
  };
  const run = recordedRun({
    id,
    source: requests.path,
    scenario: { file: requests.path, text: JSON.stringify(scenario) },
    policy: 'one-server',
    server: {
      model,
      hardware,
      engine,
      precision: stored,
      class: accuracyClassOf(profile, stored),
    },
    labels: assumed ? ['engine-version-assumed'] : [],
    trace: readTrace(vllmRequests, requests),
  });
  return run === undefined ? skip('nothing was measured in it') : { ...NOTHING, cases: [run] };
}

/** null = not given. */
function jsonOf({ file, text }: { readonly file: string; readonly text: string }): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => (value === null ? undefined : value));
  } catch {
    throw new UserError({ code: 'E_VALIDATE', message: 'is no JSON document', at: { file } });
  }
}

function gpuInFolder(profiles: ProfileSource, folder: string): string | undefined {
  const plain = (name: string): string => name.replaceAll(/[^a-z0-9]/g, '');
  return profiles.names('gpus').find((gpu) => {
    const withoutMemory = gpu.replace(/-\d+gb$/, '');
    return plain(folder.toLowerCase()).startsWith(plain(withoutMemory));
  });
}
