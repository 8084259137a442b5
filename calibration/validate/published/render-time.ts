import type { EngineProfile } from '../../../hardware-profiles/engine-profile.ts';
import type { InferencePerfEntry } from '../../../scenarios/inference-perf/entry-schema.ts';
import type { LengthSpec } from '../../../sim/workload/draw/distribution.ts';

/**
 * What a router that tokenises adds to a request, as a duration of a scenario: a call of the render endpoint, which is the
 * way into vLLM's API server without an engine behind it (llm-d/llm-d, guides/precise-prefix-cache-routing: `vllm launch
 * render`, or the model servers themselves), with a prompt of the workload's mean length.
 */
export function renderTime({ overhead }: EngineProfile, { data }: InferencePerfEntry): string {
  const seconds = overhead.ingest.value + overhead.ingestPerToken.value * meanPromptTokens(data);
  return `${(seconds * 1e3).toFixed(1)}ms`;
}

function meanPromptTokens(data: InferencePerfEntry['data']): number {
  switch (data.type) {
    case 'shared_prefix':
      return mean(data.shared_prefix.system_prompt_len) + mean(data.shared_prefix.question_len);
    case 'random':
      return mean(data.input_distribution);
    case 'conversation_replay': {
      const replay = data.conversation_replay;
      const turn = mean(replay.input_tokens_per_turn) + mean(replay.output_tokens_per_turn);
      const start = mean(replay.shared_system_prompt_len) + mean(replay.dynamic_system_prompt_len);
      return start + (turn * mean(replay.turns_per_conversation)) / 2;
    }
  }
}

function mean(length: LengthSpec): number {
  if (typeof length === 'number') return length;
  return length.type === 'uniform' ? (length.min + length.max) / 2 : length.mean;
}
