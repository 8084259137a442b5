import { tokenizedPromptData } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Filter, Scorer } from '../../plugin.ts';

/*
 * context-length-aware, a filter and a scorer. An endpoint's label gives the range min-max of input tokens it is for.
 * Filter (if enabled): no label stays, an unreadable one goes, else min <= input tokens <= max.
 * Score: no label 0.5, unreadable 0; within the range 1 for a range of one length, else
 * 0.3 + 0.7 * (0.7 / (1 + width / 10000) + 0.3 * (max - tokens) / width); outside 0.3 / (1 + distance / 1000).
 * Inputs: input tokens. Parameters: label (llm-d.ai/context-length-range), enableFiltering (false).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/contextlengthaware of llm-d-router at ebab6879.
 */
export const contextLengthAware = definePlugin({
  type: 'context-length-aware',
  roles: ['filter', 'scorer'],
  maturity: 'beta',
  parameters: (reader) => {
    const label = reader.string('label', 'llm-d.ai/context-length-range');
    if (label === '') reader.refuse('label', 'must not be empty');
    return { label, enableFiltering: reader.bool('enableFiltering', false) };
  },
  data: () => ({ requires: [tokenizedPromptData()] }),
  create: ({ label, enableFiltering }, { name }): Filter & Scorer => ({
    type: 'context-length-aware',
    name,
    filter(state, endpoints) {
      if (!enableFiltering) return endpoints;
      const tokens = state.inputTokens;
      return endpoints.filter((endpoint) => {
        const range = rangeOf(endpoint, label);
        if (range === undefined) return true;
        return range !== 'unreadable' && tokens >= range.min && tokens <= range.max;
      });
    },
    score(state, endpoints, scores) {
      for (let i = 0; i < endpoints.length; i++) {
        const endpoint = endpoints[i];
        const range = endpoint === undefined ? undefined : rangeOf(endpoint, label);
        if (range === undefined) scores[i] = 0.5;
        else scores[i] = range === 'unreadable' ? 0 : rangeScore(state.inputTokens, range);
      }
    },
  }),
});

interface ContextRange {
  readonly min: number;
  readonly max: number;
}

function rangeOf(endpoint: Endpoint, label: string): ContextRange | 'unreadable' | undefined {
  const text = endpoint.labels.get(label);
  if (text === undefined) return undefined;
  const match = /^\s*(\+?\d+)\s*-\s*(\+?\d+)\s*$/.exec(text);
  const min = Number(match?.[1]);
  const max = Number(match?.[2]);
  return match === null || min > max ? 'unreadable' : { min, max };
}

function rangeScore(tokens: number, { min, max }: ContextRange): number {
  if (tokens < min || tokens > max) {
    const distance = tokens > max ? tokens - max : min - tokens;
    return 0.3 / (1 + distance / 1000);
  }
  const width = max - min;
  if (width === 0) return 1;
  const raw = 0.7 * (1 / (1 + width / 10000)) + 0.3 * ((max - tokens) / width);
  return 0.3 + raw * (1 - 0.3);
}
