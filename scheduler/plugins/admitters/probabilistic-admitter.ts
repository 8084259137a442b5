import { pow } from '../../../base/math.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Admitter } from '../../plugin.ts';

/*
 * probabilistic-admitter: turns requests of negative priority away with probability min(1, k s^power), where s = mean over
 * the candidates of max(waiting / queueDepthThreshold, kv / kvCacheUtilThreshold).
 * Inputs: Metrics. Parameters: queueDepthThreshold 5 (> 0), kvCacheUtilThreshold 0.8 (> 0), power 5 (> 0), k 300 (>= 0).
 * Source: pkg/epp/framework/plugins/requestcontrol/admitter/probabilisticadmitter of llm-d-router at ebab6879.
 */
export const probabilisticAdmitter = definePlugin({
  type: 'probabilistic-admitter',
  roles: ['admitter'],
  maturity: 'beta',
  parameters: (reader) => {
    const queueDepth = reader.float('queueDepthThreshold', 5);
    const kvUsage = reader.float('kvCacheUtilThreshold', 0.8);
    const power = reader.float('power', 5);
    const k = reader.float('k', 300);
    if (queueDepth <= 0) reader.refuse('queueDepthThreshold', 'must be positive');
    if (kvUsage <= 0) reader.refuse('kvCacheUtilThreshold', 'must be positive');
    if (power <= 0) reader.refuse('power', 'must be positive');
    if (k < 0) reader.refuse('k', 'must not be negative');
    return { queueDepth, kvUsage, power, k };
  },
  create: ({ queueDepth, kvUsage, power, k }, context): Admitter => {
    const draws = context.random('admit');
    return {
      type: 'probabilistic-admitter',
      name: context.name,
      admit({ request, candidates }) {
        if (request.priority >= 0 || candidates.length === 0) return undefined;
        let sum = 0;
        for (const { metrics } of candidates)
          sum += Math.max(metrics.waiting / queueDepth, metrics.kvUsage / kvUsage);
        const probability = Math.min(1, k * pow(sum / candidates.length, power));
        return draws.uniform() < probability ? 'the fleet is busy and the request may be shed' : undefined;
      },
    };
  },
});
