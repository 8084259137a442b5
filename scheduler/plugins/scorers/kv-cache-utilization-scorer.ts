import { coreMetricData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

/*
 * kv-cache-utilization-scorer: 1 - share of KV blocks in use; below 0 where a server reports more than all of them.
 * Inputs: Metrics.kvUsage. Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/kvcacheutilization of llm-d-router at ebab6879.
 */
export const kvCacheUtilizationScorer = definePlugin({
  type: 'kv-cache-utilization-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  data: () => ({ requires: [coreMetricData('KVCacheUsagePercent')] }),
  create: (_, { name }): Scorer => ({
    type: 'kv-cache-utilization-scorer',
    name,
    score(_state, endpoints, scores) {
      for (let i = 0; i < endpoints.length; i++) scores[i] = 1 - (endpoints[i]?.metrics.kvUsage ?? 0);
    },
  }),
});
