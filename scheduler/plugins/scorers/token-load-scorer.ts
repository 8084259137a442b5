import { inFlightData, uncachedTokensData, type InFlightLoad } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

const DEFAULT_THRESHOLD = 4_194_304;

/*
 * token-load-scorer: tokens = in-flight tokens of the endpoint + uncached tokens of this request there (missing = 0);
 * 1 for none, else 1 - min(tokens, threshold) / threshold.
 * Inputs: InFlightLoad and UncachedRequestTokens, both required; the latter has no default producer.
 * Parameters: queueThresholdTokens (4194304; 0 and below mean that), inFlightLoadProducerName.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/tokenload of llm-d-router at ebab6879.
 */
export const tokenLoadScorer = definePlugin({
  type: 'token-load-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  parameters: (reader) => {
    const threshold = reader.int('queueThresholdTokens', DEFAULT_THRESHOLD);
    return {
      threshold: threshold > 0 ? threshold : DEFAULT_THRESHOLD,
      producer: reader.string('inFlightLoadProducerName') || undefined,
    };
  },
  data: ({ producer }) => ({ requires: [inFlightData(producer), uncachedTokensData(producer)] }),
  create: ({ threshold, producer }, context): Scorer => {
    const load = context.key<InFlightLoad>(inFlightData(producer));
    const uncached = context.key<number>(uncachedTokensData(producer));
    return {
      type: 'token-load-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        for (let i = 0; i < endpoints.length; i++) {
          const endpoint = endpoints[i];
          if (endpoint === undefined) continue;
          const tokens = (state.read(load, endpoint)?.tokens ?? 0) + (state.read(uncached, endpoint) ?? 0);
          scores[i] = tokens <= 0 ? 1 : 1 - Math.min(tokens, threshold) / threshold;
        }
      },
    };
  },
});
