import { latencyData, type LatencyPrediction } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';

/*
 * slo-headroom-tier-filter: keeps the endpoints whose predicted TTFT and TPOT both meet the SLO. No prediction anywhere:
 * all. Where both tiers have members, with probability epsilonExploreNeg the other one instead: endpoints with a negative
 * headroom, then those without a prediction.
 * Inputs: LatencyPredictionInfo. Parameters: epsilonExploreNeg (0.01, within 0..1), latencyPredictionInfoProducerName.
 * Source: pkg/epp/framework/plugins/scheduling/filter/sloheadroomtier of llm-d-router at ebab6879.
 */
export const sloHeadroomTierFilter = definePlugin({
  type: 'slo-headroom-tier-filter',
  roles: ['filter'],
  maturity: 'beta',
  parameters: (reader) => {
    const epsilon = reader.float('epsilonExploreNeg', 0.01);
    if (!(epsilon >= 0 && epsilon <= 1)) reader.refuse('epsilonExploreNeg', 'must be within 0..1');
    return { epsilon, latency: latencyData(reader.string('latencyPredictionInfoProducerName') || undefined) };
  },
  data: ({ latency }) => ({ requires: [latency] }),
  create: ({ epsilon, latency }, context): Filter => {
    const key = context.key<LatencyPrediction>(latency);
    const random = context.random();
    return {
      type: 'slo-headroom-tier-filter',
      name: context.name,
      filter(state, endpoints) {
        const positive: Endpoint[] = [];
        const negative: Endpoint[] = [];
        const unknown: Endpoint[] = [];
        for (const endpoint of endpoints) {
          const prediction = state.read(key, endpoint);
          if (prediction === undefined) unknown.push(endpoint);
          else if (prediction.ttftHeadroom >= 0 && prediction.tpotHeadroom >= 0) positive.push(endpoint);
          else negative.push(endpoint);
        }
        if (unknown.length === endpoints.length) return endpoints;
        const others = [...negative, ...unknown];
        if (positive.length === 0) return others;
        if (others.length === 0) return positive;
        return epsilon > 0 && random.uniform() < epsilon ? others : positive;
      },
    };
  },
});
