import type { Seconds } from '../../../base/units.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Filter, SaturationDetector } from '../../plugin.ts';

/*
 * utilization-detector: saturation = mean over endpoints of max(waiting / queueDepthThreshold, kv / kvCacheUtilThreshold);
 * an endpoint whose metrics are stale or missing counts 1; an empty fleet is saturated (1). May exceed 1.
 * As a filter it drops stale endpoints and keeps those with waiting < queueDepthThreshold (1 + headroom) and
 * kv < kvCacheUtilThreshold (1 + headroom); all when none is left.
 * Inputs: Metrics and their age. Parameters: queueDepthThreshold 5 (> 0), kvCacheUtilThreshold 0.8 (in (0, 1]),
 * metricsStalenessThreshold 200ms (> 0), headroom 0 (>= 0).
 * Source: pkg/epp/framework/plugins/flowcontrol/saturationdetector/utilization of llm-d-router at ebab6879.
 */
export const utilizationDetector = definePlugin({
  type: 'utilization-detector',
  roles: ['detector', 'filter'],
  maturity: 'beta',
  parameters: (reader) => {
    const queueDepth = reader.int('queueDepthThreshold', 5);
    const kvUsage = reader.float('kvCacheUtilThreshold', 0.8);
    const staleness = reader.duration('metricsStalenessThreshold', 0.2);
    const headroom = reader.float('headroom', 0);
    if (queueDepth <= 0) reader.refuse('queueDepthThreshold', 'must be positive');
    if (kvUsage <= 0 || kvUsage > 1) reader.refuse('kvCacheUtilThreshold', 'must lie in (0, 1]');
    if (staleness <= 0) reader.refuse('metricsStalenessThreshold', 'must be positive');
    if (headroom < 0) reader.refuse('headroom', 'must not be negative');
    return { queueDepth, kvUsage, staleness, headroom };
  },
  create: ({ queueDepth, kvUsage, staleness, headroom }, { name }): Filter & SaturationDetector => {
    const isStale = ({ metrics: { updatedAt } }: Endpoint, now: Seconds): boolean =>
      updatedAt === undefined || now - updatedAt > staleness;
    const mostWaiting = queueDepth * (1 + headroom);
    const mostKvUsage = kvUsage * (1 + headroom);
    return {
      type: 'utilization-detector',
      name,
      saturation(endpoints, now) {
        if (endpoints.length === 0) return 1;
        let sum = 0;
        for (const endpoint of endpoints) {
          const { waiting, kvUsage: used } = endpoint.metrics;
          sum += isStale(endpoint, now) ? 1 : Math.max(waiting / queueDepth, used / kvUsage);
        }
        return sum / endpoints.length;
      },
      filter(_, endpoints, now) {
        const kept = endpoints.filter(
          (endpoint) =>
            !isStale(endpoint, now) &&
            endpoint.metrics.waiting < mostWaiting &&
            endpoint.metrics.kvUsage < mostKvUsage,
        );
        return kept.length === 0 ? endpoints : kept;
      },
    };
  },
});
