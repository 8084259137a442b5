import { invariant } from '../../base/invariant.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import { batchLimits } from '../../hardware-profiles/batch-limits.ts';
import { loadGpu, type GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import { kvBlockSize } from '../../hardware-profiles/kv-block-size.ts';
import { kvCacheTokensOfBlocks } from '../../hardware-profiles/kv-cache-tokens.ts';
import { withDraftLayer } from '../../hardware-profiles/draft-layer.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import type { ModelProfile } from '../../hardware-profiles/model-profile.ts';
import { quantized } from '../../hardware-profiles/quantized.ts';
import type { PoolInput } from '../../sim/fleet/run-input.ts';
import { adapterBytes } from '../../sim/latency/adapter-bytes.ts';
import { blackBox } from '../../sim/latency/black-box.ts';
import { stepTimeModel } from '../../sim/latency/profile-step-time.ts';
import type { StepTimeModel } from '../../sim/latency/step-time-model.ts';
import { unsupported } from '../../sim/latency/unsupported.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import type { PoolSpec } from '../schema/pool-schema.ts';
import type { ScenarioResources } from '../resources.ts';
import type { Scenario } from '../schema/scenario-schema.ts';
import { checkLimits, engineConfigOf, fillEngine, type ResolvedEngineSpec } from './engine-config-of.ts';
import { engineProfileOf } from './engine-profile-of.ts';
import { kvBlocksOf, pinnedBlocks } from './kv-blocks-of.ts';
import type { Notes } from './notes.ts';
import { draftAcceptanceOf, speculationOf } from './speculation-of.ts';
import { windowGroupsOf } from './window-groups-of.ts';

export interface ResolvedPool {
  readonly input: PoolInput;
  /** The pool with every default filled in. */
  readonly spec: PoolSpec;
}

interface PoolContext {
  readonly path: ValuePath;
  readonly model: ModelProfile | undefined;
  /** From which relative names count. */
  readonly file: string;
  readonly resources: ScenarioResources;
  readonly prices: Scenario['spec']['prices'];
  readonly notes: Notes;
}

/** A pool as the fleet runs it. Undefined when `notes` says why it cannot be. */
export function poolOf(spec: PoolSpec, context: PoolContext): ResolvedPool | undefined {
  const { path, model, notes, prices } = context;
  const before = notes.problems.length;
  const profile = engineProfileOf(
    spec.engine.profile,
    context.file,
    context.resources,
    [...path, 'engine', 'profile'],
    notes,
  );
  const maxModelLen = spec.engine.max_model_len ?? model?.maxModelLen;
  invariant(maxModelLen !== undefined, 'a pool without a model has a length limit', { pool: spec.name });
  if (model !== undefined && maxModelLen > model.maxModelLen) {
    notes.label(
      'rope-scaling',
      `max_model_len ${maxModelLen} exceeds the ${model.maxModelLen} of ${model.name}: it stands for rope scaling (YaRN)`,
      [...path, 'engine', 'max_model_len'],
    );
  }
  const made =
    spec.step_time === undefined
      ? onHardware(spec, profile, maxModelLen, context)
      : asBlackBox(spec, spec.step_time, profile, maxModelLen, context);
  if (made === undefined || notes.problems.length > before) return undefined;
  const { engine, blocks, stepTime } = made;
  const windows = windowGroupsOf(model, engine);
  const config = engineConfigOf(engine, profile, blocks, windows);
  const tokens = kvCacheTokensOfBlocks(blocks - 1, maxModelLen, config.blockSize, windows);
  checkCapacity(tokens, maxModelLen, path, notes);
  return {
    input: {
      name: spec.name,
      replicas: spec.replicas,
      gpusPerReplica: spec.tensor_parallel_size,
      usdPerGpuHour: spec.hardware === undefined ? undefined : prices?.[spec.hardware]?.usd_per_gpu_hour,
      role: spec.role,
      labels: spec.labels,
      engine: config,
      stepTime,
      draftAcceptance:
        engine.speculative_config === undefined ? undefined : draftAcceptanceOf(engine.speculative_config),
    },
    spec: { ...spec, engine: withBlocks(engine, blocks) },
  };
}

interface MadePool {
  readonly engine: ResolvedEngineSpec;
  readonly blocks: number;
  readonly stepTime: StepTimeModel;
}

function onHardware(
  spec: PoolSpec,
  profile: EngineProfile,
  maxModelLen: number,
  { path, model: published, resources: { profiles }, notes }: PoolContext,
): MadePool | undefined {
  invariant(published !== undefined && spec.hardware !== undefined, 'a pool without step_time has both', {
    pool: spec.name,
  });
  const { quantization } = spec.engine;
  const model = quantization === undefined ? published : quantized(published, quantization);
  const gpu = loadGpu(profiles, spec.hardware);
  const reason = unsupported(model, spec.tensor_parallel_size);
  if (reason !== undefined) {
    const ofSize = reason.startsWith('tensor_parallel_size');
    notes.problem(
      'E_UNSUPPORTED',
      ofSize ? [...path, 'tensor_parallel_size'] : ['spec', 'model'],
      ofSize ? `is wrong: ${reason}` : `${model.name} is unsupported: ${reason}`,
      ofSize
        ? 'take a divisor of the number of heads'
        : 'take another model, or give the pool a step_time of its own',
    );
    return undefined;
  }
  const engine = filled(spec, profile, maxModelLen, gpu, model);
  checkLimits(engine, path, notes);
  const shape = {
    gpu,
    model,
    engine: profile,
    tensorParallelSize: spec.tensor_parallel_size,
    maxNumBatchedTokens: engine.max_num_batched_tokens,
    maxNumSeqs: engine.max_num_seqs,
    kvDtype: engine.kv_cache_dtype,
  };
  const speculation = speculationOf(
    engine.speculative_config,
    model,
    [...path, 'engine', 'speculative_config'],
    notes,
  );
  const loraRank = engine.max_loras === undefined ? undefined : (engine.max_lora_rank ?? DEFAULT_LORA_RANK);
  const blocks = kvBlocksOf(
    {
      ...shape,
      adapterBytes: (engine.max_loras ?? 0) * adapterBytes(model, spec.tensor_parallel_size, loraRank ?? 0),
      model: speculation?.drafter === 'layer' ? withDraftLayer(model) : model,
      gpuMemoryUtilization: engine.gpu_memory_utilization,
      maxModelLen,
      blockSize: engine.block_size,
    },
    spec.engine,
    windowGroupsOf(model, engine),
    path,
    notes,
  );
  const stepTime = stepTimeModel({
    ...shape,
    enableExpertParallel: spec.enable_expert_parallel,
    enforceEager: engine.enforce_eager,
    asyncScheduling: engine.async_scheduling,
    speculation,
    loraRank,
  });
  for (const { code, text } of stepTime.labels) notes.label(code, text, [...path, 'hardware']);
  return { engine, blocks, stepTime };
}

/** vLLM LoRAConfig.max_lora_rank. */
const DEFAULT_LORA_RANK = 16;

function filled(
  spec: PoolSpec,
  profile: EngineProfile,
  maxModelLen: number,
  gpu: GpuProfile,
  model: ModelProfile,
): ResolvedEngineSpec {
  const { overhead } = profile;
  const limits = batchLimits(profile, gpu, {
    maxModelLen,
    maxNumBatchedTokens: spec.engine.max_num_batched_tokens,
    maxNumSeqs: spec.engine.max_num_seqs,
    enableChunkedPrefill: spec.engine.enable_chunked_prefill,
  });
  const blockSize =
    spec.engine.block_size ??
    kvBlockSize(profile, gpu, model, spec.engine.kv_cache_dtype, spec.tensor_parallel_size);
  // vLLM caches no prefixes of models with a state unless told to (ModelConfig.is_prefix_caching_supported).
  const caching = model.recurrent === undefined ? {} : { enable_prefix_caching: false };
  return fillEngine({ ...caching, ...spec.engine, block_size: blockSize }, profile, maxModelLen, limits, {
    ingest: overhead.ingest.value,
    ingestPerToken: overhead.ingestPerToken.value,
    output: overhead.output.value,
  });
}

/** Batch limits of a server in no known context (vLLM SchedulerConfig.DEFAULT_*). */
const UNKNOWN_CONTEXT = { maxNumBatchedTokens: 2048, maxNumSeqs: 128 };

function asBlackBox(
  spec: PoolSpec,
  stepTime: NonNullable<PoolSpec['step_time']>,
  profile: EngineProfile,
  maxModelLen: number,
  { path, model, notes }: PoolContext,
): MadePool {
  const limits = {
    maxNumBatchedTokens: spec.engine.max_num_batched_tokens ?? UNKNOWN_CONTEXT.maxNumBatchedTokens,
    maxNumSeqs: spec.engine.max_num_seqs ?? UNKNOWN_CONTEXT.maxNumSeqs,
  };
  const engine = fillEngine(spec.engine, profile, maxModelLen, limits, {
    ingest: 0,
    ingestPerToken: 0,
    output: 0,
  });
  checkLimits(engine, path, notes);
  const pin = pinnedBlocks(spec.engine, maxModelLen, engine.block_size, windowGroupsOf(model, engine));
  invariant(pin !== undefined, 'a pool with step_time pins its KV blocks', { pool: spec.name });
  notes.label(
    'black-box',
    `the step time of ${spec.name} is given outright and comes from no hardware: its error is not known, and no band stands beside the forecast`,
    [...path, 'step_time'],
  );
  return {
    engine,
    blocks: pin.blocks,
    stepTime: blackBox({
      constant: secondsOf(stepTime.constant),
      perToken: secondsOf(stepTime.per_token),
      perContextToken: secondsOf(stepTime.per_context_token),
      perSequence: secondsOf(stepTime.per_sequence ?? '0s'),
    }),
  };
}

/** vLLM refuses to start when the KV cache cannot hold one request of the length limit (_check_enough_kv_cache_memory). */
function checkCapacity(tokens: number, maxModelLen: number, path: ValuePath, notes: Notes): void {
  if (tokens >= maxModelLen) return;
  notes.label(
    'kv-below-model-len',
    `the KV cache holds ${tokens} tokens, fewer than one request of max_model_len ${maxModelLen}: vLLM would not start, and longer requests are rejected here`,
    [...path, 'engine'],
  );
}

/** The engine with its KV blocks under one name, whichever way they were given. */
function withBlocks(engine: ResolvedEngineSpec, blocks: number): PoolSpec['engine'] {
  const { num_gpu_blocks_override: _, kv_cache_tokens: __, ...rest } = engine;
  return { ...rest, num_gpu_blocks: blocks };
}
