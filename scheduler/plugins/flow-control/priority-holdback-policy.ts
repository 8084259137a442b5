import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { UsageLimitPolicy } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * priority-holdback-policy: the lower a band, the earlier it waits. With n bands, i = 0 the highest:
 * domain rank: maxCeiling - i (maxCeiling - minCeiling) / (n - 1); domain value: minCeiling + (p - lowest p) /
 * (highest p - lowest p) (maxCeiling - minCeiling). A single band has maxCeiling.
 * Parameters: minCeiling (required, 0 <= minCeiling < 1), maxCeiling 1 (above minCeiling, at most 1), domain rank | value,
 * shape linear.
 * Source: pkg/epp/framework/plugins/flowcontrol/usagelimits/priorityholdback of llm-d-router at ebab6879.
 */
export const priorityHoldbackPolicy = definePlugin({
  type: 'priority-holdback-policy',
  roles: ['usage-limit'],
  maturity: 'alpha',
  needsParameters: true,
  parameters: readParameters,
  create: ({ min, max, domain }, { name }): UsageLimitPolicy => ({
    type: 'priority-holdback-policy',
    name,
    ceilings(_, priorities) {
      const last = priorities.length - 1;
      if (last <= 0) return priorities.map(() => max);
      const spread = max - min;
      if (domain === 'value') {
        const lowest = priorities[last] ?? 0;
        const range = (priorities[0] ?? 0) - lowest;
        return priorities.map((priority) =>
          range === 0 ? max : min + ((priority - lowest) / range) * spread,
        );
      }
      return priorities.map((__, i) => max - (i * spread) / last);
    },
  }),
});

function readParameters(reader: ParameterReader) {
  const min = reader.float('minCeiling');
  const max = reader.float('maxCeiling', 1);
  const domain = reader.string('domain', '') || 'rank';
  const shape = reader.string('shape', '') || 'linear';
  if (min === undefined) reader.refuse('minCeiling', 'is required');
  else if (!(min >= 0 && min < 1)) reader.refuse('minCeiling', 'must lie in [0, 1)');
  if (!(max > 0 && max <= 1)) reader.refuse('maxCeiling', 'must lie in (0, 1]');
  else if (min !== undefined && max <= min) reader.refuse('maxCeiling', 'must be above minCeiling');
  if (domain !== 'rank' && domain !== 'value')
    reader.refuse('domain', `must be rank or value, not ${domain}`);
  if (shape !== 'linear') reader.refuse('shape', `must be linear, not ${shape}`);
  return { min: min ?? 0, max, domain };
}
