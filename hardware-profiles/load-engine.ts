import * as z from 'zod';

import { invariant } from '../base/invariant.ts';
import { UserError, type SourcePosition } from '../base/user-error.ts';
import type { EngineProfile } from './engine-profile.ts';
import { figure, quantity } from './figure.ts';
import { parseProfile } from './profile-document.ts';
import { profileText, type ProfileSource, type ProfileText } from './profile-source.ts';

/** The engine profile of this name; what it does not say comes from the one that it inherits. */
export function loadEngine(source: ProfileSource, name: string, at?: SourcePosition): EngineProfile {
  return parseEngine(profileText(source, 'engines', name, at), source);
}

/** Reads an engine profile that may inherit one of `source`. Throws UserError for one with a mistake. */
export function parseEngine(text: ProfileText, source: ProfileSource): EngineProfile {
  const raw = merged(source, text, 0);
  const { name, version, batch_limits, cuda_graphs } = raw;
  invariant(version && batch_limits && cuda_graphs, 'an engine profile and its ancestors say everything', {
    name,
  });
  return {
    name: raw.name,
    engine: 'vllm',
    version,
    unread: raw.unread,
    batchLimits: batch_limits.classes.map((limit) => ({
      memoryAtLeast: limit.memory_at_least,
      nameWithout: limit.name_without,
      capabilityNot: limit.capability_not,
      maxNumBatchedTokens: limit.max_num_batched_tokens,
      maxNumSeqs: limit.max_num_seqs,
    })),
    cudaGraphs: {
      largest: cuda_graphs.largest,
      largestOnCapability10: cuda_graphs.largest_on_capability_10,
      seqsFactor: cuda_graphs.seqs_factor,
      steps: cuda_graphs.steps,
    },
    defaults: group<EngineProfile['defaults']>(raw.defaults, Defaults, name),
    rules: group<EngineProfile['rules']>(raw.rules, Rules, name),
    kernels: group<EngineProfile['kernels']>(raw.kernels, Kernels, name),
    memory: group<EngineProfile['memory']>(raw.memory, Memory, name),
    overhead: group<EngineProfile['overhead']>(raw.overhead, Overhead, name),
  };
}

type RawEngine = z.output<typeof Schema>;

function merged(source: ProfileSource, text: ProfileText, depth: number): RawEngine {
  const raw = parseProfile(text, Schema);
  const { name } = raw;
  if (raw.inherits === undefined) return raw;
  if (depth > 8)
    throw new UserError({ code: 'E_PROFILE', message: `engine profile ${name} inherits itself` });
  const parent = merged(source, profileText(source, 'engines', raw.inherits), depth + 1);
  return {
    ...parent,
    ...raw,
    batch_limits: raw.batch_limits ?? parent.batch_limits,
    cuda_graphs: raw.cuda_graphs ?? parent.cuda_graphs,
    defaults: { source: name, ...parent.defaults, ...raw.defaults },
    rules: { source: name, ...parent.rules, ...raw.rules },
    kernels: { source: name, ...parent.kernels, ...raw.kernels },
    memory: { ...parent.memory, ...raw.memory },
    overhead: { ...parent.overhead, ...raw.overhead },
    unread: raw.unread ?? parent.unread,
  };
}

/** A group of the file with its keys in camel case; `Shape` = the schema whose keys are the snake_case forms of it. */
function group<Shape extends object>(
  raw: Readonly<Record<string, unknown>> | undefined,
  schema: z.ZodObject,
  engine: string,
): Shape {
  const entries = Object.keys(schema.shape).map((key): [string, unknown] => {
    const value = raw?.[key];
    invariant(value !== undefined, 'an engine profile and its ancestors say everything', { engine, key });
    return [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value];
  });
  return Object.fromEntries(entries) as Shape;
}

const Defaults = z.strictObject({
  gpu_memory_utilization: z.number(),
  enable_chunked_prefill: z.boolean(),
  enable_prefix_caching: z.boolean(),
  async_scheduling: z.boolean(),
  scheduler_reserve_full_isl: z.boolean(),
  watermark: z.number(),
  long_prefill_token_threshold: z.int(),
  prefill_schedule_interval: z.int(),
  block_size: z.int(),
  prefix_cache_retention_interval: z.int(),
});

const Rules = z.strictObject({
  long_prefill_threshold_when_alone: z.boolean(),
  own_victim: z.enum(['end', 'continue']),
  accepted_drafts_findable: z.enum(['next-schedule', 'output']),
  victim_being_written: z.enum(['preempt', 'spare']),
  loras_counted: z.enum(['scheduled', 'running']),
  skipped_wait: z.enum(['own-queue', 'front']),
});

const Kernels = z.strictObject({
  shared_experts_beside_until: z.int(),
  fused_norm_on_capability: z.enum(['exactly', 'family']),
  fused_norm_saves: figure('seconds'),
  fused_norm_largest: z.array(z.strictObject({ gpus: z.int(), bytes: quantity('bytes') })),
  time_scale: figure(),
});

const Memory = z.strictObject({
  non_torch: figure('bytes'),
  communication: figure('bytes'),
  sampler_per_logit: figure('bytes'),
  cuda_graphs: figure('bytes'),
});

const Overhead = z.strictObject({
  step: figure('seconds'),
  per_sequence: figure('seconds'),
  per_layer: figure('seconds'),
  top_k_top_p: figure('seconds'),
  top_k_top_p_per_logit: figure('seconds'),
  cpu_step: figure('seconds'),
  cpu_per_sequence: figure('seconds'),
  eager_per_layer: figure('seconds'),
  ingest: figure('seconds'),
  ingest_per_token: figure('seconds'),
  output: figure('seconds'),
});

const SOURCE = { source: z.string() };

const Schema = z.strictObject({
  name: z.string(),
  engine: z.literal('vllm').optional(),
  inherits: z.string().optional(),
  version: z.string().optional(),
  unread: z.string().optional(),
  sources: z.record(z.string(), z.string()).optional(),
  batch_limits: z
    .strictObject({
      ...SOURCE,
      classes: z.array(
        z.strictObject({
          memory_at_least: quantity('bytes'),
          name_without: z.string().optional(),
          capability_not: z.number().optional(),
          max_num_batched_tokens: z.int().positive(),
          max_num_seqs: z.int().positive(),
        }),
      ),
    })
    .optional(),
  cuda_graphs: z
    .strictObject({
      ...SOURCE,
      largest: z.int(),
      largest_on_capability_10: z.int(),
      seqs_factor: z.number(),
      steps: z.array(z.strictObject({ until: z.int(), step: z.int() })),
    })
    .optional(),
  defaults: Defaults.partial().extend(SOURCE).optional(),
  rules: Rules.partial().extend(SOURCE).optional(),
  kernels: Kernels.partial().extend(SOURCE).optional(),
  memory: Memory.partial().optional(),
  overhead: Overhead.partial().optional(),
});
