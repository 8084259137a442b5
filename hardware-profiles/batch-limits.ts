import type { Tokens } from '../base/units.ts';
import type { EngineProfile } from './engine-profile.ts';
import type { GpuProfile } from './gpu-profile.ts';

export interface BatchLimits {
  readonly maxNumBatchedTokens: Tokens;
  readonly maxNumSeqs: number;
}

/**
 * The batch limits that `vllm serve` arrives at: what the user set stays, the rest follows from the GPU and is then cut
 * to fit. Source: vLLM EngineArgs.get_batch_defaults and _set_default_max_num_seqs_and_batched_tokens_args.
 */
export function batchLimits(
  engine: EngineProfile,
  gpu: GpuProfile,
  user: {
    readonly maxModelLen: Tokens;
    readonly maxNumBatchedTokens?: Tokens | undefined;
    readonly maxNumSeqs?: number | undefined;
    readonly enableChunkedPrefill?: boolean | undefined;
  },
): BatchLimits {
  const byGpu = engine.batchLimits.find(
    (limit) =>
      gpu.memory.value >= limit.memoryAtLeast &&
      (limit.nameWithout === undefined || !gpu.deviceName.toLowerCase().includes(limit.nameWithout)) &&
      (limit.capabilityNot === undefined || gpu.computeCapability?.value !== limit.capabilityNot),
  ) ?? { maxNumBatchedTokens: 2048, maxNumSeqs: 128 }; // SchedulerConfig.DEFAULT_*
  const chunked = user.enableChunkedPrefill ?? engine.defaults.enableChunkedPrefill;
  const wanted = chunked ? byGpu.maxNumBatchedTokens : Math.max(user.maxModelLen, byGpu.maxNumBatchedTokens);
  const seqs = user.maxNumSeqs ?? byGpu.maxNumSeqs;
  const tokens = user.maxNumBatchedTokens ?? Math.min(seqs * user.maxModelLen, wanted);
  return { maxNumBatchedTokens: tokens, maxNumSeqs: user.maxNumSeqs ?? Math.min(seqs, tokens) };
}
