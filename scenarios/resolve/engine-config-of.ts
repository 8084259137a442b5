import { invariant } from '../../base/invariant.ts';
import type { ValuePath } from '../../base/yaml-text.ts';
import type { BatchLimits } from '../../hardware-profiles/batch-limits.ts';
import type { WindowGroups } from '../../hardware-profiles/kv-cache-tokens.ts';
import type { EngineProfile } from '../../hardware-profiles/engine-profile.ts';
import type { EngineConfig } from '../../sim/engine/engine-config.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import type { EngineSpec } from '../schema/pool-schema.ts';
import { durationOf } from './duration-of.ts';
import type { Notes } from './notes.ts';

/** Keys of an engine that are never absent once a scenario is resolved. */
type Resolved = Required<
  Pick<
    EngineSpec,
    | 'block_size'
    | 'max_model_len'
    | 'max_num_seqs'
    | 'max_num_batched_tokens'
    | 'max_num_scheduled_tokens'
    | 'long_prefill_token_threshold'
    | 'long_prefill_token_threshold_adaptive'
    | 'enable_chunked_prefill'
    | 'enable_prefix_caching'
    | 'scheduler_reserve_full_isl'
    | 'watermark'
    | 'scheduling_policy'
    | 'async_scheduling'
    | 'prefill_schedule_interval'
    | 'gpu_memory_utilization'
    | 'kv_cache_dtype'
    | 'enforce_eager'
    | 'ingest_delay'
    | 'ingest_delay_per_token'
    | 'output_delay'
  >
>;

/** An engine with every default filled in; its KV blocks are still to be computed unless they are given. */
export type ResolvedEngineSpec = {
  readonly [Key in keyof Resolved]: NonNullable<Resolved[Key]>;
} & EngineSpec;

/** What the server would run with: given settings, and vLLM's defaults for the rest. */
export function fillEngine(
  spec: EngineSpec,
  profile: EngineProfile,
  maxModelLen: number,
  limits: BatchLimits,
  delays: { readonly ingest: number; readonly ingestPerToken: number; readonly output: number },
): ResolvedEngineSpec {
  const { defaults } = profile;
  return {
    ...spec,
    profile: spec.profile ?? profile.name,
    block_size: spec.block_size ?? defaults.blockSize,
    max_model_len: maxModelLen,
    max_num_seqs: limits.maxNumSeqs,
    max_num_batched_tokens: limits.maxNumBatchedTokens,
    max_num_scheduled_tokens: spec.max_num_scheduled_tokens ?? limits.maxNumBatchedTokens,
    long_prefill_token_threshold: spec.long_prefill_token_threshold ?? defaults.longPrefillTokenThreshold,
    // vLLM SchedulerConfig: off unless asked for.
    long_prefill_token_threshold_adaptive: spec.long_prefill_token_threshold_adaptive ?? false,
    enable_chunked_prefill: spec.enable_chunked_prefill ?? defaults.enableChunkedPrefill,
    enable_prefix_caching: spec.enable_prefix_caching ?? defaults.enablePrefixCaching,
    scheduler_reserve_full_isl: spec.scheduler_reserve_full_isl ?? defaults.schedulerReserveFullIsl,
    watermark: spec.watermark ?? defaults.watermark,
    scheduling_policy: spec.scheduling_policy ?? 'fcfs',
    // vLLM VllmConfig: off with drafts that are looked up on the CPU.
    async_scheduling:
      spec.async_scheduling ?? (spec.speculative_config?.method !== 'ngram' && defaults.asyncScheduling),
    prefill_schedule_interval: spec.prefill_schedule_interval ?? defaults.prefillScheduleInterval,
    gpu_memory_utilization: spec.gpu_memory_utilization ?? defaults.gpuMemoryUtilization,
    kv_cache_dtype: spec.kv_cache_dtype ?? 'auto',
    enforce_eager: spec.enforce_eager ?? false,
    ingest_delay: spec.ingest_delay ?? durationOf(delays.ingest),
    ingest_delay_per_token: spec.ingest_delay_per_token ?? durationOf(delays.ingestPerToken),
    output_delay: spec.output_delay ?? durationOf(delays.output),
  };
}

/** Combinations of limits with which `vllm serve` refuses to start (SchedulerConfig.verify_max_model_len). */
export function checkLimits(engine: ResolvedEngineSpec, pool: ValuePath, notes: Notes): void {
  const { max_num_batched_tokens: tokens, max_num_seqs: seqs, max_model_len: length } = engine;
  const path = [...pool, 'engine', 'max_num_batched_tokens'];
  if (tokens < seqs) {
    notes.problem(
      'E_RANGE',
      path,
      `must be at least max_num_seqs: ${tokens} < ${seqs}`,
      'vLLM refuses to start; raise it or lower max_num_seqs',
    );
  }
  if (!engine.enable_chunked_prefill && tokens < length) {
    notes.problem(
      'E_RANGE',
      path,
      `must be at least max_model_len without chunked prefill: ${tokens} < ${length}`,
      'vLLM refuses to start; raise it, lower max_model_len or leave chunked prefill on',
    );
  }
}

/** The engine's configuration; `engine` has every default. */
export function engineConfigOf(
  engine: ResolvedEngineSpec,
  profile: EngineProfile,
  numGpuBlocks: number,
  windows: WindowGroups | undefined,
): EngineConfig {
  invariant(numGpuBlocks >= 2, 'a pool has a block beside the null block', { numGpuBlocks });
  return {
    blockSize: engine.block_size,
    numGpuBlocks,
    maxModelLen: engine.max_model_len,
    maxNumSeqs: engine.max_num_seqs,
    maxNumActiveSeqs: engine.max_num_active_seqs,
    maxNumBatchedTokens: engine.max_num_batched_tokens,
    maxNumScheduledTokens: engine.max_num_scheduled_tokens,
    longPrefillTokenThreshold: engine.long_prefill_token_threshold,
    longPrefillTokenThresholdAdaptive: engine.long_prefill_token_threshold_adaptive,
    enableChunkedPrefill: engine.enable_chunked_prefill,
    enablePrefixCaching: engine.enable_prefix_caching,
    schedulerReserveFullIsl: engine.scheduler_reserve_full_isl,
    watermark: engine.watermark,
    policy: engine.scheduling_policy,
    asyncScheduling: engine.async_scheduling,
    prefillScheduleInterval: engine.prefill_schedule_interval,
    maxNumQueuedReqs: engine.max_num_queued_reqs,
    maxLoras: engine.max_loras,
    numSpeculativeTokens: engine.speculative_config?.num_speculative_tokens ?? 0,
    useEagle: engine.speculative_config !== undefined && engine.speculative_config.method !== 'ngram',
    slidingWindow: windows?.window,
    slidingWindowGroups: windows?.groups,
    windowsOnly: windows?.alone,
    prefixCacheRetentionInterval: profile.defaults.prefixCacheRetentionInterval,
    rules: profile.rules,
    overhead: {
      ingest: secondsOf(engine.ingest_delay),
      ingestPerToken: secondsOf(engine.ingest_delay_per_token),
      output: secondsOf(engine.output_delay),
    },
  };
}
