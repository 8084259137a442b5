import { inFlightData, type InFlightLoad } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

/*
 * active-request-scorer: with n requests in flight on an endpoint and M the most of any: 1 for n <= idleThreshold, else
 * (M - n) / M * maxBusyScore. All equally busy: all 0.
 * Inputs: InFlightLoad (missing = 0). Parameters: idleThreshold (0; below 0 means 0), maxBusyScore (1; outside 0..1
 * means 1), inFlightLoadProducerName, requestTimeout (accepted, of no effect).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/activerequest of llm-d-router at ebab6879.
 */
export const activeRequestScorer = definePlugin({
  type: 'active-request-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  parameters: (reader) => {
    reader.string('requestTimeout');
    const idleThreshold = reader.int('idleThreshold', 0);
    const maxBusyScore = reader.float('maxBusyScore', 1);
    return {
      idleThreshold: Math.max(0, idleThreshold),
      maxBusyScore: maxBusyScore >= 0 && maxBusyScore <= 1 ? maxBusyScore : 1,
      producer: reader.string('inFlightLoadProducerName') || undefined,
    };
  },
  data: ({ producer }) => ({ requires: [inFlightData(producer)] }),
  create: ({ idleThreshold, maxBusyScore, producer }, context): Scorer => {
    const load = context.key<InFlightLoad>(inFlightData(producer));
    return {
      type: 'active-request-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        let most = 0;
        for (let i = 0; i < endpoints.length; i++) {
          const endpoint = endpoints[i];
          const requests = endpoint === undefined ? 0 : (state.read(load, endpoint)?.requests ?? 0);
          scores[i] = requests;
          if (requests > most) most = requests;
        }
        for (let i = 0; i < endpoints.length; i++) {
          const requests = scores[i] ?? 0;
          scores[i] = requests <= idleThreshold ? 1 : ((most - requests) / most) * maxBusyScore;
        }
      },
    };
  },
});
