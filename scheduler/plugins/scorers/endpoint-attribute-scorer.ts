import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';
import { attributeKeyText } from '../attribute-key-text.ts';

/*
 * endpoint-attribute-scorer: a number that the endpoint carries, scaled to 0..1 over a fixed range (cut at its ends) or
 * over the range of the candidates (equal values: 1), then 1 - that where lower is better. Missing: 0.
 * Inputs: the attribute. Parameters: attributeKey (required, without "/" unless a producer is named), producer
 * (core-metrics-extractor; "" = the key is the whole name), algorithm.type (linear_lower_is_better |
 * linear_higher_is_better, required), algorithm.normalization.fixedRange {min, max} (min < max) or adaptiveRange {}.
 * Source: pkg/epp/framework/plugins/scheduling/scorer/endpointattribute of llm-d-router at ebab6879.
 */
export const endpointAttributeScorer = definePlugin({
  type: 'endpoint-attribute-scorer',
  roles: ['scorer'],
  maturity: 'alpha',
  needsParameters: true,
  parameters: (reader) => {
    const key = attributeKeyText(reader, 'attributeKey');
    const algorithm = reader.object('algorithm');
    const direction = algorithm.string('type', '');
    if (direction !== 'linear_lower_is_better' && direction !== 'linear_higher_is_better')
      algorithm.refuse('type', 'must be linear_lower_is_better or linear_higher_is_better');
    const normalization = algorithm.object('normalization');
    const fixed = normalization.object('fixedRange');
    const adaptive = normalization.object('adaptiveRange');
    const min = fixed.float('min', 0);
    const max = fixed.float('max', 0);
    if (fixed.given && adaptive.given) normalization.refuse(undefined, 'takes one kind of range, not two');
    if (fixed.given && min >= max) fixed.refuse(undefined, 'needs min < max');
    return {
      key,
      lowerIsBetter: direction === 'linear_lower_is_better',
      fixed: fixed.given ? { min, max } : undefined,
    };
  },
  data: ({ key }) => ({ optional: [key] }),
  create: ({ key: text, lowerIsBetter, fixed }, context): Scorer => {
    const key = context.key<number>(text);
    return {
      type: 'endpoint-attribute-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        let min = Infinity;
        let max = -Infinity;
        for (const endpoint of endpoints) {
          const value = state.read(key, endpoint);
          if (value === undefined) continue;
          if (value < min) min = value;
          if (value > max) max = value;
        }
        if (fixed !== undefined) ({ min, max } = fixed);
        for (let i = 0; i < endpoints.length; i++) {
          const endpoint = endpoints[i];
          const value = endpoint === undefined ? undefined : state.read(key, endpoint);
          if (value === undefined) scores[i] = 0;
          else if (min === max) scores[i] = 1;
          else {
            const share = Math.max(0, Math.min(1, (value - min) / (max - min)));
            scores[i] = lowerIsBetter ? 1 - share : share;
          }
        }
      },
    };
  },
});
