import { definePlugin } from '../../plugin-type.ts';
import type { PreRequest, ResponseHeaders, Scorer, Timed } from '../../plugin.ts';
import { readSessionParameters } from '../session/session-parameters.ts';
import { SessionPins } from '../session/session-pins.ts';

/*
 * session-affinity-scorer: 1 for the endpoint that the request's session is pinned to, 0 for the others; without a pin 0
 * for all.
 * Inputs: request headers or a request attribute. Parameters: strategy (encoded_endpoint_header | session_id),
 * encodedEndpointHeaderConfig.headerName (x-session-token), sessionIdConfig {sources [{header} | {attribute, producer}]
 * (header x-session-id), evictionTtlSeconds (300), evictionSweepSeconds (10)}, profileName (the primary profile).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/sessionaffinity of llm-d-router at ebab6879.
 */
export const sessionAffinityScorer = definePlugin({
  type: 'session-affinity-scorer',
  roles: ['scorer', 'pre-request'],
  maturity: 'alpha',
  parameters: readSessionParameters,
  create: (parameters, context): Scorer & PreRequest & ResponseHeaders & Timed => {
    const pins = new SessionPins(parameters, context);
    return {
      type: 'session-affinity-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        const pinned = pins.pinned(state, endpoints);
        for (let i = 0; i < endpoints.length; i++)
          scores[i] = pinned !== undefined && endpoints[i] === pinned ? 1 : 0;
      },
      preRequest: (state, _headers, now) => pins.commit(state, now),
      responseHeaders: (state, headers) => pins.answer(state, headers),
      advance: (now) => pins.advance(now),
    };
  },
});
