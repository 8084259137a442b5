import { z } from 'zod';

import { distributionSchema, lengthOrDistribution } from './distribution-schema.ts';

/*
 * What is read of an inference-perf configuration (kubernetes-sigs/inference-perf, inference_perf/config/). Keys without a
 * meaning for a simulated client stand here as unknown: how its processes are divided, what it logs.
 */

/** `warmup` marks stages that a report leaves out. */
const role = z.string().optional();
const absent = z.null().optional();

const rateStage = z.strictObject({
  rate: z.number().positive(),
  duration: z.number().positive(),
  num_requests: absent,
  concurrency_level: absent,
  role,
});

const concurrencyStage = z.strictObject({
  concurrency_level: z.int().positive(),
  num_requests: z.int().positive(),
  rate: absent,
  duration: absent,
  role,
});

const ignored = z.unknown().optional();

const everyLoad = {
  interval: z.number().nonnegative().default(1),
  request_timeout: z.number().positive().nullish(),
  /** It tries broken connections again and nothing else; a simulated client does not tell them apart. */
  request_retries: z.literal(0).optional(),
  request_retry_backoff_sec: ignored,
  stage_teardown_grace_seconds: ignored,
  num_workers: ignored,
  worker_max_concurrency: ignored,
  worker_max_tcp_connections: ignored,
  base_seed: ignored,
  oneJobPerStage: ignored,
  note: ignored,
};

const load = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.enum(['constant', 'poisson']),
    stages: z.array(rateStage).min(1),
    ...everyLoad,
  }),
  z.strictObject({
    type: z.literal('concurrent'),
    stages: z.array(concurrencyStage).min(1),
    ...everyLoad,
  }),
]);

const sharedPrefix = z.strictObject({
  num_groups: z.int().positive(),
  num_prompts_per_group: z.int().positive(),
  system_prompt_len: lengthOrDistribution,
  question_len: lengthOrDistribution,
  output_len: lengthOrDistribution,
  seed: z.int().optional(),
  enable_multi_turn_chat: z.literal(false).optional(),
  multimodal: absent,
});

/** The defaults are those of ConversationReplayConfig and of conversation_replay_datagen.py. */
const conversationReplay = z.strictObject({
  seed: z.int().default(42),
  num_conversations: z.int().positive().default(200),
  shared_system_prompt_len: lengthOrDistribution.default(8359),
  dynamic_system_prompt_len: lengthOrDistribution.default(0),
  turns_per_conversation: lengthOrDistribution.default(10),
  input_tokens_per_turn: lengthOrDistribution.default(512),
  output_tokens_per_turn: lengthOrDistribution.default(256),
  tool_call_latency_sec: lengthOrDistribution.default(0),
  max_model_len: z.int().positive().optional(),
});

const data = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('shared_prefix'), shared_prefix: sharedPrefix }),
  z.strictObject({
    type: z.literal('random'),
    input_distribution: distributionSchema,
    output_distribution: distributionSchema,
  }),
  z.strictObject({ type: z.literal('conversation_replay'), conversation_replay: conversationReplay }),
]);

/** Workload of an inference-perf configuration: a whole config.yml, or an entry of a list of workloads. */
export const entrySchema = z.object({
  id: z.string().optional(),
  load,
  data,
  api: z.object({ streaming: z.boolean().default(false) }).prefault({}),
  /** Of an entry; a config.yml says it of its server, where true is the default. */
  ignoreEos: z.boolean().optional(),
  server: z.object({ ignore_eos: z.boolean().default(true) }).prefault({}),
});

export type InferencePerfEntry = z.output<typeof entrySchema>;
