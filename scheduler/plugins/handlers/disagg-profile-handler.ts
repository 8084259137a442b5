import { PEER_DATA, prefixMatchData, tokenizedPromptData } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { ProfileResults } from '../../cycle/profile-results.ts';
import type { Decider, PreRequest, ProfileHandler } from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';
import { checkDeciders, deciderNamed } from './decider-named.ts';
import { setDisaggHeaders } from './disagg-headers.ts';
import { readDisaggParameters, type DisaggParameters } from './disagg-parameters.ts';

/*
 * disagg-profile-handler: encode, prefill and decode on different endpoints.
 * decode-first: decode (failed: end); encode, if that profile exists and its decider says yes of the decode pick; prefill,
 * likewise, with the decode pick published as the peer endpoint. A stage without a decider never runs.
 * prefill-first: prefill, if that profile exists; encode, if its decider says yes (it is shown no endpoint); decode, with
 * the prefill pick as the peer endpoint.
 * Decode serves the request; without it the request fails. A prefill or encode stage that fails is left out. The commit
 * names their targets in x-prefiller-host-port (the first) and x-encoder-hosts-ports (all).
 * Inputs: whatever the deciders read; PrefixCacheMatchInfo (approximate) and TokenizedPrompt are required always.
 * Parameters: stageOrder (decode-first | prefill-first), profiles {decode, prefill, encode}, deciders {prefill, encode}; or
 * flat: decodeProfile, prefillProfile, encodeProfile, prefillDeciderPluginName (deciderPluginName),
 * encodeDeciderPluginName.
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/disagg of llm-d-router at ebab6879.
 */
export const disaggProfileHandler = definePlugin<DisaggParameters>({
  type: 'disagg-profile-handler',
  roles: ['profile-handler', 'pre-request'],
  maturity: 'beta',
  parameters: readDisaggParameters,
  data: () => ({ requires: [prefixMatchData(), tokenizedPromptData()] }),
  references: ({ prefillDecider, encodeDecider }) =>
    [prefillDecider, encodeDecider].filter((name) => name !== undefined),
  check: ({ prefillDecider, encodeDecider }, declared) =>
    checkDeciders([prefillDecider, encodeDecider], declared),
  create: createDisaggHandler,
});

function createDisaggHandler(
  parameters: DisaggParameters,
  context: PluginContext,
): ProfileHandler & PreRequest {
  const { prefillFirst, decode, prefill, encode } = parameters;
  const prefillDecider = deciderNamed(parameters.prefillDecider, context);
  const encodeDecider = deciderNamed(parameters.encodeDecider, context);
  const peer = context.key<Endpoint>(PEER_DATA);

  /** Whether to run a stage that a decider decides; a stage that is not to run is entered as left out. */
  const wants = (
    stage: string,
    decider: Decider | undefined,
    shown: Endpoint | undefined,
    state: RequestState,
    profiles: readonly string[],
    results: ProfileResults,
  ): boolean => {
    if (!profiles.includes(stage) || results.has(stage)) return false;
    if (decider?.disaggregate(state, shown) === true) return true;
    results.set(stage, undefined);
    return false;
  };

  const nextDecodeFirst: ProfileHandler['next'] = (state, profiles, results) => {
    if (!results.has(decode)) return profiles.includes(decode) ? [decode] : [];
    const picked = results.get(decode)?.targets[0]?.endpoint;
    if (picked === undefined) return [];
    if (wants(encode, encodeDecider, picked, state, profiles, results)) return [encode];
    if (!wants(prefill, prefillDecider, picked, state, profiles, results)) return [];
    state.set(peer, picked);
    return [prefill];
  };

  const nextPrefillFirst: ProfileHandler['next'] = (state, profiles, results) => {
    if (!results.has(prefill) && profiles.includes(prefill)) return [prefill];
    if (wants(encode, encodeDecider, undefined, state, profiles, results)) return [encode];
    if (results.has(decode) || !profiles.includes(decode)) return [];
    const picked = results.get(prefill)?.targets[0]?.endpoint;
    if (picked !== undefined) state.set(peer, picked);
    return [decode];
  };

  return {
    type: 'disagg-profile-handler',
    name: context.name,
    next: prefillFirst ? nextPrefillFirst : nextDecodeFirst,
    finish(state, results) {
      if (results.get(decode) === undefined) return 'failed to find available decode workers';
      state.primary = decode;
      return undefined;
    },
    preRequest: (state, headers) => setDisaggHeaders(state, headers, prefill, encode),
  };
}
