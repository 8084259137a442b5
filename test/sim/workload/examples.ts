import { z } from 'zod';

import type { Content } from '../../../sim/workload/content/content.ts';
import { loadOf, type Load } from '../../../sim/workload/load/load.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import type { Request } from '../../../sim/workload/request.ts';
import { contentOf, workloadSources } from '../../../sim/workload/sources.ts';
import { traceFilesOf } from '../../../sim/workload/trace/trace-format.ts';
import { play } from './play.ts';

export const OPEN: Load = loadOf(undefined);
export const sourceSchema = z.strictObject(workloadSources);

const trace = Array.from({ length: 60 }, (_, row) =>
  JSON.stringify({
    timestamp: Math.floor(row / 6) * 3000,
    input_length: 1100,
    output_length: 5 + row,
    hash_ids: [row % 4, 10 + (row % 12), 100 + row],
  }),
).join('\n');

export const content = (spec: object): Content =>
  contentOf(sourceSchema.parse(spec), { open: (file) => traceFilesOf(file, trace) });

export const requestsOf = (
  spec: object,
  { seed = 1, load = OPEN }: { seed?: number; load?: Load } = {},
): Request[] =>
  play(makeWorkload({ content: content(spec), load, finish: 'eos' }).open(seed)).map(
    ({ request }) => request,
  );

export const random = { input_len: { type: 'lognormal', mean: 200, std_dev: 100, min: 4 }, output_len: 20 };
export const rag = {
  system_prompt_len: 64,
  num_documents: 40,
  passages_per_request: 4,
  passage_len: { type: 'uniform', min: 50, max: 90 },
  question_len: 20,
  output_len: 30,
};
export const sessions = {
  num_groups: 3,
  system_prompt_len: 200,
  turns_per_session: { type: 'lognormal', mean: 4, std_dev: 2, max: 9 },
  input_tokens_per_turn: { type: 'uniform', min: 5, max: 60 },
  output_tokens_per_turn: { type: 'normal', mean: 40, std_dev: 10, min: 1 },
  think_time: { type: 'lognormal', mean: '5s', std_dev: '2s' },
  tool_call_share: 0.5,
  tool_call_latency: '200ms',
};
export const shared = {
  num_groups: 4,
  num_prompts_per_group: 3,
  system_prompt_len: 96,
  question_len: { type: 'uniform', min: 10, max: 40 },
  output_len: 9,
};

export const TIMED: Record<string, object> = {
  random: { random: { ...random, requests: 80, rate: 4 } },
  rag: { rag: { ...rag, requests: 80, rate: 4 } },
  sessions: { sessions: { ...sessions, num_sessions: 30, rate: 1 } },
  mix: {
    mix: {
      requests: 80,
      rate: 4,
      parts: [
        { class: 'chat', weight: 3, random },
        { class: 'agents', sessions, priority: 2 },
        { class: 'search', rag },
        { class: 'bench', shared_prefix: shared },
      ],
    },
  },
  trace: { trace: { file: 't', format: 'mooncake', spread: '3s' } },
};
