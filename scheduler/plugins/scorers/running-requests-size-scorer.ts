import { coreMetricData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';
import { shareBelowMost } from './share-below-most.ts';

/*
 * running-requests-size-scorer: (most - running) / (most - fewest) over the endpoints' running batches; 1 for all when
 * they are equal.
 * Inputs: Metrics.running. Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/runningrequests of llm-d-router at ebab6879.
 */
export const runningRequestsSizeScorer = definePlugin({
  type: 'running-requests-size-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  data: () => ({ requires: [coreMetricData('RunningRequestsSize')] }),
  create: (_, { name }): Scorer => ({
    type: 'running-requests-size-scorer',
    name,
    score: (_state, endpoints, scores) => shareBelowMost(endpoints, scores, ({ metrics }) => metrics.running),
  }),
});
