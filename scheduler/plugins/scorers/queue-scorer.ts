import { coreMetricData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';
import { shareBelowMost } from './share-below-most.ts';

/*
 * queue-scorer: (most - waiting) / (most - fewest) over the endpoints' waiting queues; 1 for all when they are equal.
 * Inputs: Metrics.waiting. Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/queuedepth of llm-d-router at ebab6879.
 */
export const queueScorer = definePlugin({
  type: 'queue-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  data: () => ({ requires: [coreMetricData('WaitingQueueSize')] }),
  create: (_, { name }): Scorer => ({
    type: 'queue-scorer',
    name,
    score: (_state, endpoints, scores) => shareBelowMost(endpoints, scores, ({ metrics }) => metrics.waiting),
  }),
});
