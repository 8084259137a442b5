import { definePlugin } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';
import { attributeKeyText } from '../attribute-key-text.ts';

const OPERATORS: ReadonlyMap<string, (value: number, limit: number) => boolean> = new Map([
  ['LessThan', (value, limit) => value < limit],
  ['LessThanOrEqual', (value, limit) => value <= limit],
  ['GreaterThan', (value, limit) => value > limit],
  ['GreaterThanOrEqual', (value, limit) => value >= limit],
  ['Equal', (value, limit) => value === limit],
  ['NotEqual', (value, limit) => value !== limit],
]);

/*
 * endpoint-attribute-filter: keeps endpoints of which a number compares with a threshold as asked.
 * Inputs: the attribute. Parameters: attribute (required, without "/" unless a producer is named), producer
 * (core-metrics-extractor; "" = the attribute is the whole name), algorithm {type: threshold, threshold {operator: LessThan
 * | LessThanOrEqual | GreaterThan | GreaterThanOrEqual | Equal | NotEqual, value}}, onMissing (Pass | Fail; Pass),
 * fallbackOnEmpty (false; all when none is left).
 * Source: pkg/epp/framework/plugins/scheduling/filter/endpointattribute of llm-d-router at ebab6879.
 */
export const endpointAttributeFilter = definePlugin({
  type: 'endpoint-attribute-filter',
  roles: ['filter'],
  maturity: 'alpha',
  needsParameters: true,
  parameters: (reader) => {
    const key = attributeKeyText(reader, 'attribute');
    const onMissing = reader.string('onMissing') || 'Pass';
    if (onMissing !== 'Pass' && onMissing !== 'Fail') reader.refuse('onMissing', 'must be Pass or Fail');
    const algorithm = reader.object('algorithm');
    if (algorithm.string('type', '') !== 'threshold') algorithm.refuse('type', 'must be threshold');
    const threshold = algorithm.object('threshold');
    if (!threshold.given) algorithm.refuse(undefined, 'needs a threshold');
    const operator = OPERATORS.get(threshold.string('operator', ''));
    if (threshold.given && operator === undefined)
      threshold.refuse('operator', `must be one of ${[...OPERATORS.keys()].join(', ')}`);
    return {
      key,
      passOnMissing: onMissing === 'Pass',
      fallbackOnEmpty: reader.bool('fallbackOnEmpty', false),
      compare: operator ?? (() => true),
      limit: threshold.float('value', 0),
    };
  },
  data: ({ key }) => ({ optional: [key] }),
  create: ({ key: text, passOnMissing, fallbackOnEmpty, compare, limit }, context): Filter => {
    const key = context.key<number>(text);
    return {
      type: 'endpoint-attribute-filter',
      name: context.name,
      filter(state, endpoints) {
        const kept = endpoints.filter((endpoint) => {
          const value = state.read(key, endpoint);
          return value === undefined ? passOnMissing : compare(value, limit);
        });
        return kept.length === 0 && fallbackOnEmpty ? endpoints : kept;
      },
    };
  },
});
