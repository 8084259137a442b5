import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

const DEFAULT_THRESHOLD = 128;

/*
 * load-aware-scorer: 0.5 for an empty waiting queue, else 0.5 * (1 - min(waiting, threshold) / threshold).
 * Inputs: Metrics.waiting. Parameters: threshold (requests, 128; 0 and below mean 128).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/loadaware of llm-d-router at ebab6879.
 */
export const loadAwareScorer = definePlugin({
  type: 'load-aware-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  parameters: (reader) => {
    const threshold = reader.int('threshold', DEFAULT_THRESHOLD);
    return threshold > 0 ? threshold : DEFAULT_THRESHOLD;
  },
  create: (threshold, { name }): Scorer => ({
    type: 'load-aware-scorer',
    name,
    score(_state, endpoints, scores) {
      for (let i = 0; i < endpoints.length; i++) {
        const waiting = endpoints[i]?.metrics.waiting ?? 0;
        scores[i] = waiting === 0 ? 0.5 : 0.5 * (1 - Math.min(waiting, threshold) / threshold);
      }
    },
  }),
});
