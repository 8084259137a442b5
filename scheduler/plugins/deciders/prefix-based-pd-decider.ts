import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Decider } from '../../plugin.ts';

/*
 * prefix-based-pd-decider: yes if enough of the prompt would have to be computed where decode was picked. nonCachedTokens =
 * 0: never. No tokens, fewer than promptTokens, fewer than nonCachedTokens, or nothing known of the endpoint: no. Else
 * tokens - cached blocks * block size >= nonCachedTokens.
 * Inputs: TokenizedPrompt; PrefixCacheMatchInfo of the approximate producer, also where the configuration uses another.
 * Parameters: nonCachedTokens (0), promptTokens (0), neither negative.
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/disagg/prefix_based_pd_decider.go of llm-d-router at ebab6879.
 */
export const prefixBasedPdDecider = definePlugin({
  type: 'prefix-based-pd-decider',
  roles: ['decider'],
  maturity: 'beta',
  parameters: (reader) => {
    const nonCachedTokens = reader.int('nonCachedTokens', 0);
    const promptTokens = reader.int('promptTokens', 0);
    if (nonCachedTokens < 0) reader.refuse('nonCachedTokens', 'must not be negative');
    if (promptTokens < 0) reader.refuse('promptTokens', 'must not be negative');
    return { nonCachedTokens, promptTokens };
  },
  create: ({ nonCachedTokens, promptTokens }, context): Decider => {
    const key = context.key<PrefixMatch>(prefixMatchData());
    return {
      type: 'prefix-based-pd-decider',
      name: context.name,
      disaggregate(state, endpoint) {
        const tokens = state.inputTokens;
        if (nonCachedTokens === 0 || endpoint === undefined || state.prompts === undefined) return false;
        if (tokens < promptTokens || tokens < nonCachedTokens) return false;
        const match = state.read(key, endpoint);
        if (match === undefined) return false;
        return tokens - match.cachedBlocks * match.blockSizeTokens >= nonCachedTokens;
      },
    };
  },
});
