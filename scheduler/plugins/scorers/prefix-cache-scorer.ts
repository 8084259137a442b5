import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

interface PrefixScorerParameters {
  readonly producer: string | undefined;
  readonly lengthWeight: number;
  readonly scaleTokens: number;
}

/*
 * prefix-cache-scorer: with w = matchLengthWeight, w * min(1, matched tokens / scale)^2 + (1 - w) * matched blocks /
 * blocks of the prompt; 0 where nothing is known or the prompt has no block.
 * Inputs: PrefixCacheMatchInfo. Parameters: prefixMatchInfoProducerName (approx-prefix-cache-producer),
 * matchLengthWeight (0; within 0..1), matchLengthScaleTokens (8192; above 0 where the weight is).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/prefix of llm-d-router at ebab6879.
 */
export const prefixCacheScorer = definePlugin<PrefixScorerParameters>({
  type: 'prefix-cache-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  parameters: (reader) => {
    const lengthWeight = reader.float('matchLengthWeight', 0);
    const scaleTokens = reader.int('matchLengthScaleTokens', 8192);
    if (!(lengthWeight >= 0 && lengthWeight <= 1)) reader.refuse('matchLengthWeight', 'must be within 0..1');
    else if (lengthWeight > 0 && scaleTokens <= 0)
      reader.refuse('matchLengthScaleTokens', 'must be above 0 when matchLengthWeight is');
    return { producer: reader.string('prefixMatchInfoProducerName') || undefined, lengthWeight, scaleTokens };
  },
  data: ({ producer }) => ({ requires: [prefixMatchData(producer)] }),
  create: (parameters, context) => createPrefixScorer('prefix-cache-scorer', parameters, context),
});

/** The scorer itself, for this type and for those that are the same under another name. */
export function createPrefixScorer(
  type: string,
  { producer, lengthWeight, scaleTokens }: PrefixScorerParameters,
  context: PluginContext,
): Scorer {
  const match = context.key<PrefixMatch>(prefixMatchData(producer));
  const scoreOf = (info: PrefixMatch | undefined): number => {
    if (info === undefined || info.totalBlocks <= 0) return 0;
    const ratio = info.matchBlocks / info.totalBlocks;
    if (lengthWeight === 0) return ratio;
    const length = Math.min(1, (info.matchBlocks * info.blockSizeTokens) / scaleTokens);
    return lengthWeight * length * length + (1 - lengthWeight) * ratio;
  };
  return {
    type,
    name: context.name,
    score(state, endpoints, scores) {
      const shared = state.sharedUnder(match);
      if (shared === undefined) {
        for (let i = 0; i < endpoints.length; i++) {
          const endpoint = endpoints[i];
          scores[i] = scoreOf(endpoint === undefined ? undefined : state.read(match, endpoint));
        }
        return;
      }
      scores.fill(scoreOf(shared.rest), 0, endpoints.length);
      for (let k = 0; k < shared.endpoints.length; k++) {
        const i = positionOf(endpoints, shared.endpoints[k] ?? -1);
        if (i >= 0) scores[i] = scoreOf(shared.values[k]);
      }
    },
  };
}

/** Position of the endpoint with an index, -1 for none: at its index, as long as nobody has left and no filter has cut. */
function positionOf(endpoints: readonly Endpoint[], index: number): number {
  return endpoints[index]?.index === index ? index : endpoints.findIndex((one) => one.index === index);
}
