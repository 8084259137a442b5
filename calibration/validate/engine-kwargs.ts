import { z } from 'zod';

const launchSchema = z.object({
  tensor_parallel_size: z.int().optional(),
  data_parallel_size: z.int().optional(),
  pipeline_parallel_size: z.int().optional(),
  enable_expert_parallel: z.boolean().optional(),
  dtype: z.string().optional(),
  kv_cache_dtype: z.string().optional(),
  max_num_seqs: z.int().optional(),
  max_num_batched_tokens: z.int().optional(),
  max_model_len: z.int().optional(),
  gpu_memory_utilization: z.number().optional(),
  block_size: z.int().optional(),
  enforce_eager: z.boolean().optional(),
  enable_prefix_caching: z.boolean().optional(),
  enable_chunked_prefill: z.boolean().optional(),
  async_scheduling: z.boolean().optional(),
  long_prefill_token_threshold: z.int().optional(),
  cpu_offload_gb: z.number().optional(),
  speculative_config: z.unknown().optional(),
  kv_transfer_config: z.unknown().optional(),
});

/** The arguments of vLLM's engine (vllm.EngineArgs) in a run's meta.json, those that a forecast depends on. */
export const engineKwargs = z.object({ ...launchSchema.shape, quantization: z.string().optional() });

/** A server so launched, under the names of a scenario: its pool and its engine; a text = why it is not simulated. */
export function servedAs({
  tensor_parallel_size = 1,
  data_parallel_size = 1,
  pipeline_parallel_size = 1,
  enable_expert_parallel = false,
  dtype = 'auto',
  kv_cache_dtype = 'auto',
  cpu_offload_gb = 0,
  speculative_config,
  kv_transfer_config,
  ...engine
}: z.output<typeof launchSchema>): { readonly pool: object; readonly engine: object } | string {
  if (data_parallel_size > 1) return 'data parallelism is not simulated yet';
  if (pipeline_parallel_size > 1) return 'pipeline parallelism is not simulated yet';
  if (/^(float|float32)$/.test(dtype)) return `how weights are stored as "${dtype}" is not known`;
  if (cpu_offload_gb > 0) return 'weights in the memory of the host are not simulated';
  if (speculative_config !== undefined) return 'how many of its drafts were accepted is not given';
  if (kv_transfer_config !== undefined) return 'KV tiers beyond the GPU are not simulated yet';
  const kvDtype = KV_DTYPES.find(({ of }) => of.test(kv_cache_dtype))?.dtype;
  if (kvDtype === undefined) return `a KV cache in "${kv_cache_dtype}" is not known`;
  return {
    pool: { tensor_parallel_size, ...(enable_expert_parallel && { enable_expert_parallel }) },
    engine: { ...engine, ...(kvDtype !== 'auto' && { kv_cache_dtype: kvDtype }) },
  };
}

/** vLLM CacheConfig.cache_dtype. */
const KV_DTYPES = [
  { of: /^auto$/, dtype: 'auto' },
  { of: /^(bfloat16|bf16)$/, dtype: 'bf16' },
  { of: /^fp8(_e4m3|_e5m2)?$/, dtype: 'fp8' },
] as const;
