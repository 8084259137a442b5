import type { z } from 'zod';

import type { workloadSchema } from '../schema/workload-schema.ts';
import type { InferencePerfEntry } from './entry-schema.ts';

/** An inference-perf workload as the keys of `spec.workload` that say the same. */
export function workloadOfEntry(entry: InferencePerfEntry): z.input<typeof workloadSchema> {
  const { load, api } = entry;
  const timeout = load.request_timeout ?? undefined;
  return {
    ...sourceOf(entry),
    load: loadOf(entry),
    client: { ...(timeout !== undefined && { timeout: `${timeout}s` }), streaming: api.streaming },
    finish: (entry.ignoreEos ?? entry.server.ignore_eos) ? 'length' : 'eos',
  };
}

function sourceOf({ data }: InferencePerfEntry): z.input<typeof workloadSchema> {
  if (data.type === 'random') {
    return { random: { input_len: data.input_distribution, output_len: data.output_distribution } };
  }
  if (data.type === 'conversation_replay') return { conversation_replay: data.conversation_replay };
  const { enable_multi_turn_chat: _, multimodal: __, ...prefix } = data.shared_prefix;
  return { shared_prefix: prefix };
}

function loadOf({ load }: InferencePerfEntry): z.input<typeof workloadSchema>['load'] {
  const interval = `${load.interval}s`;
  const warmup = (role: string | undefined): { warmup?: true } => (role === 'warmup' ? { warmup: true } : {});
  if (load.type === 'concurrent') {
    return {
      interval,
      stages: load.stages.map(({ concurrency_level: concurrency, num_requests: requests, role }) => ({
        concurrency,
        requests,
        ...warmup(role),
      })),
    };
  }
  return {
    arrival: load.type,
    interval,
    stages: load.stages.map(({ rate, duration, role }) => ({
      rate,
      duration: `${duration}s`,
      ...warmup(role),
    })),
  };
}
