import { definePlugin } from '../../plugin-type.ts';
import type { Filter, PreRequest, ResponseHeaders, Timed } from '../../plugin.ts';
import { readSessionParameters } from '../session/session-parameters.ts';
import { SessionPins } from '../session/session-pins.ts';

/*
 * session-affinity-filter: only the endpoint that the request's session is pinned to, if it is there; else all.
 * Inputs and parameters: those of session-affinity-scorer.
 * Source: pkg/epp/framework/plugins/scheduling/filter/sessionaffinity of llm-d-router at ebab6879.
 */
export const sessionAffinityFilter = definePlugin({
  type: 'session-affinity-filter',
  roles: ['filter', 'pre-request'],
  maturity: 'alpha',
  parameters: readSessionParameters,
  create: (parameters, context): Filter & PreRequest & ResponseHeaders & Timed => {
    const pins = new SessionPins(parameters, context);
    return {
      type: 'session-affinity-filter',
      name: context.name,
      filter(state, endpoints) {
        const pinned = pins.pinned(state, endpoints);
        return pinned === undefined ? endpoints : [pinned];
      },
      preRequest: (state, _headers, now) => pins.commit(state, now),
      responseHeaders: (state, headers) => pins.answer(state, headers),
      advance: (now) => pins.advance(now),
    };
  },
});
