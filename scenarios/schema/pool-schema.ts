import { z } from 'zod';

import { WEIGHT_FORMATS } from '../../hardware-profiles/model-profile.ts';
import { durationText } from '../../sim/workload/draw/duration.ts';

/**
 * Speculative decoding under vLLM's names (SpeculativeConfig). How much of the drafts is accepted is the models' affair: a
 * scenario gives it as vLLM does for benchmarks, `synthetic_acceptance_length`, the "Mean acceptance length" of its log.
 */
const speculativeSchema = z
  .strictObject({
    method: z
      .enum(['ngram', 'eagle', 'eagle3', 'mtp'])
      .describe('who drafts: a look-up in the text (ngram), or a layer on top of the model'),
    num_speculative_tokens: z.int().min(1).max(32).describe('drafts of a sequence in each step'),
    synthetic_acceptance_length: z
      .number()
      .min(1)
      .describe(
        "tokens that a step yields in the mean, the model's own included: 1 to 1 + num_speculative_tokens",
      ),
  })
  .refine((one) => one.synthetic_acceptance_length <= 1 + one.num_speculative_tokens, {
    error: 'must be at most 1 + num_speculative_tokens',
    path: ['synthetic_acceptance_length'],
    params: {
      hint: 'vLLM logs it as "Mean acceptance length": the accepted drafts and one token of the model',
    },
  });

/** Settings of a pool's model servers, under vLLM's names. What is absent follows from the engine profile and the GPU. */
const engineSchema = z
  .strictObject({
    profile: z
      .string()
      .min(1)
      .optional()
      .describe('an engine profile, or a file that holds one; `fleetcast profile list engines` prints them'),
    max_model_len: z
      .int()
      .min(1)
      .optional()
      .describe("longest sequence in tokens, input and output; the model's own limit unless given"),
    max_num_batched_tokens: z.int().min(1).optional().describe('token budget of one engine step'),
    max_num_seqs: z.int().min(1).optional().describe('most sequences in the running batch'),
    max_num_active_seqs: z.int().min(1).optional().describe('cap of the running list below max_num_seqs'),
    max_num_scheduled_tokens: z
      .int()
      .min(1)
      .optional()
      .describe('token budget of one pass; max_num_batched_tokens unless given'),
    max_num_queued_reqs: z
      .int()
      .min(1)
      .optional()
      .describe('requests beyond so many waiting ones are refused with HTTP 503'),
    block_size: z.int().min(1).optional().describe('tokens of one KV block; 16 for most attention backends'),
    num_gpu_blocks: z
      .int()
      .min(2)
      .optional()
      .describe(
        'KV blocks as vLLM logs them, the null block included; computed from the profiles unless given',
      ),
    num_gpu_blocks_override: z.int().min(2).optional().describe("vLLM's flag for the same as num_gpu_blocks"),
    kv_cache_tokens: z
      .int()
      .min(1)
      .optional()
      .describe('the tokens of vLLM\'s start-up line "GPU KV cache size", instead of num_gpu_blocks'),
    startup_log: z
      .string()
      .min(1)
      .optional()
      .describe('a file with the start-up log of vLLM, which says how large the KV cache is'),
    gpu_memory_utilization: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('share of the GPU memory that the server may use'),
    quantization: z
      .enum(WEIGHT_FORMATS)
      .optional()
      .describe("how the weights are stored, where it is not the model's own way; vLLM's --quantization"),
    kv_cache_dtype: z
      .enum(['auto', 'bf16', 'fp8'])
      .optional()
      .describe('how keys and values are stored; auto = as the checkpoint says, mostly BF16'),
    enable_prefix_caching: z.boolean().optional().describe('reuse the KV blocks of equal prefixes'),
    enable_chunked_prefill: z.boolean().optional().describe('split long prompts over several steps'),
    async_scheduling: z.boolean().optional().describe('compose the next step while one runs'),
    enforce_eager: z.boolean().optional().describe('run without CUDA graphs'),
    scheduling_policy: z.enum(['fcfs', 'priority']).optional().describe('order of the waiting queue'),
    scheduler_reserve_full_isl: z
      .boolean()
      .optional()
      .describe('admit a request only if its whole input fits into the free blocks'),
    watermark: z
      .number()
      .min(0)
      .lt(1)
      .optional()
      .describe('share of the blocks that an admission leaves free'),
    long_prefill_token_threshold: z
      .int()
      .min(0)
      .optional()
      .describe('most tokens of one prompt in one step; 0 = no such limit'),
    long_prefill_token_threshold_adaptive: z
      .boolean()
      .optional()
      .describe('scale long_prefill_token_threshold with the load'),
    speculative_config: speculativeSchema.optional().describe('draft tokens and verify them, several a step'),
    max_loras: z
      .int()
      .min(1)
      .optional()
      .describe('LoRA adapters in one batch; needed where requests ask for adapters'),
    max_lora_rank: z.int().min(1).max(512).optional().describe('largest rank of an adapter; 16 unless given'),
    prefill_schedule_interval: z.int().min(1).optional().describe('steps between two that may prefill'),
    ingest_delay: durationText
      .optional()
      .describe('HTTP and hand-over to the engine, which requests spend beside each other: "8ms"'),
    ingest_delay_per_token: durationText
      .optional()
      .describe('tokenisation, one request after the other, per input token: "1.5us"'),
    output_delay: durationText
      .optional()
      .describe('from the end of a step to the token leaving the server: "0.8ms"'),
  })
  .refine(
    (engine) =>
      [
        engine.num_gpu_blocks,
        engine.num_gpu_blocks_override,
        engine.kv_cache_tokens,
        engine.startup_log,
      ].filter((pin) => pin !== undefined).length <= 1,
    {
      error: 'takes only one of num_gpu_blocks, num_gpu_blocks_override, kv_cache_tokens, startup_log',
      params: { hint: 'keep the one that you read in the log of your server' },
    },
  );

/** More would not fit into memory, and is a slip of the keyboard: the largest known fleets have a few thousand. */
const MOST_REPLICAS = 10_000;

/** A step time given outright instead of derived from hardware. */
const stepTimeSchema = z.strictObject({
  constant: durationText.default('0s').describe('time of every step: "10ms"'),
  per_token: durationText.default('0s').describe('per token that the step computes: "50us"'),
  per_context_token: durationText
    .default('0s')
    .describe('per token that was computed before the step for the requests in it: "20ns"'),
  per_sequence: durationText.optional().describe('per request that the step computes tokens for: "30us"'),
});

/** Model servers of one kind. */
export const poolSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits, ".", "_" or "-"')
      .describe('names the pool in reports; its replicas are NAME/0, NAME/1, …'),
    hardware: z
      .string()
      .min(1)
      .optional()
      .describe('a hardware profile such as h100-sxm-80gb; `fleetcast profile list gpus` prints them'),
    replicas: z.int().min(1).max(MOST_REPLICAS).describe('model servers in the pool'),
    tensor_parallel_size: z.int().min(1).default(1).describe('GPUs of one model server'),
    enable_expert_parallel: z
      .boolean()
      .optional()
      .describe('whole experts on each GPU instead of a slice of every expert'),
    data_parallel_size: z.literal(1).default(1).describe('engine cores of one model server'),
    pipeline_parallel_size: z.literal(1).default(1).describe('stages that a model server is split into'),
    role: z.literal('both').default('both').describe('what the replicas do: prefill and decode'),
    labels: z
      .record(z.string().min(1), z.string())
      .optional()
      .describe('labels of the replicas, for filters and scorers that read them: { tier: gold }'),
    engine: engineSchema.prefault({}).describe("settings of the model servers, under vLLM's names"),
    step_time: stepTimeSchema
      .optional()
      .describe(
        'a step time given outright: constant + per_sequence x requests + per_token x tokens + per_context_token x context',
      ),
  })
  .refine((pool) => pool.hardware !== undefined || pool.step_time !== undefined, {
    error: 'needs hardware',
    params: { hint: 'name a hardware profile, for instance h100-sxm-80gb, or give a step_time' },
  })
  .refine(({ step_time, engine }) => step_time === undefined || isPinned(engine), {
    error: 'needs engine.num_gpu_blocks beside step_time',
    params: { hint: 'without hardware nothing else says how many KV blocks there are' },
  });

export type SpeculativeSpec = z.output<typeof speculativeSchema>;
export type EngineSpec = z.output<typeof engineSchema>;
export type PoolSpec = z.output<typeof poolSchema>;

function isPinned(engine: z.output<typeof engineSchema>): boolean {
  return (
    engine.num_gpu_blocks !== undefined ||
    engine.num_gpu_blocks_override !== undefined ||
    engine.kv_cache_tokens !== undefined ||
    engine.startup_log !== undefined
  );
}
