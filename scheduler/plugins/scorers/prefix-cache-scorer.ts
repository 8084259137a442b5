import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
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
  return {
    type,
    name: context.name,
    score(state, endpoints, scores) {
      for (let i = 0; i < endpoints.length; i++) {
        const endpoint = endpoints[i];
        const info = endpoint === undefined ? undefined : state.read(match, endpoint);
        if (info === undefined || info.totalBlocks <= 0) {
          scores[i] = 0;
          continue;
        }
        const ratio = info.matchBlocks / info.totalBlocks;
        if (lengthWeight === 0) {
          scores[i] = ratio;
          continue;
        }
        const length = Math.min(1, (info.matchBlocks * info.blockSizeTokens) / scaleTokens);
        scores[i] = lengthWeight * length * length + (1 - lengthWeight) * ratio;
      }
    },
  };
}
