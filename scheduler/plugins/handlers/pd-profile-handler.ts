import { prefixMatchData, tokenizedPromptData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { ProfileHandler } from '../../plugin.ts';
import { checkDeciders, deciderNamed } from './decider-named.ts';
import { readPort } from './read-port.ts';
import { rewritePort } from './rewrite-port.ts';

/*
 * pd-profile-handler (deprecated): decode, then prefill if the decider says yes of the decode pick. Decode serves the
 * request; a prefill that fails is left out. The headers are set by prefill-header-handler. With a primaryPort the request
 * goes to that port of the decode pod and its real address into x-data-parallel-host-port.
 * Parameters: decodeProfile (decode), prefillProfile (prefill), deciderPluginName (prefix-based-pd-decider; must be
 * declared), primaryPort (0 = as picked), prefixPluginType and prefixPluginName (of no effect).
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/disagg/pd_profile_handler.go of llm-d-router at ebab6879.
 */
export const pdProfileHandler = definePlugin({
  type: 'pd-profile-handler',
  roles: ['profile-handler'],
  maturity: 'deprecated',
  parameters: (reader) => {
    reader.string('prefixPluginType');
    reader.string('prefixPluginName');
    const decider = reader.string('deciderPluginName', 'prefix-based-pd-decider');
    if (decider === '') reader.refuse('deciderPluginName', 'must not be empty');
    return {
      decode: reader.string('decodeProfile', 'decode'),
      prefill: reader.string('prefillProfile', 'prefill'),
      decider,
      port: readPort(reader, 0),
    };
  },
  data: () => ({ requires: [prefixMatchData(), tokenizedPromptData()] }),
  references: ({ decider }) => (decider === '' ? [] : [decider]),
  check: ({ decider }, declared) => checkDeciders([decider], declared),
  create: ({ decode, prefill, decider: deciderName, port }, context): ProfileHandler => {
    const decider = deciderNamed(deciderName, context);
    return {
      type: 'pd-profile-handler',
      name: context.name,
      next(state, profiles, results) {
        if (!results.has(decode)) return profiles.includes(decode) ? [decode] : [];
        const picked = results.get(decode)?.targets[0]?.endpoint;
        if (picked === undefined || profiles.length === results.size || results.has(prefill)) return [];
        return profiles.includes(prefill) && decider?.disaggregate(state, picked) === true ? [prefill] : [];
      },
      finish(state, results) {
        if (results.get(decode) === undefined) return 'failed to find available decode workers';
        state.primary = decode;
        if (port > 0) rewritePort(state, results, decode, String(port));
        return undefined;
      },
    };
  },
});
