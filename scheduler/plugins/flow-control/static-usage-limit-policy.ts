import type { UsageLimitPolicy } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * static-usage-limit-policy: every band waits from the same saturation on. Parameters: threshold (1; any number).
 * Source: pkg/epp/framework/plugins/flowcontrol/usagelimits of llm-d-router at ebab6879.
 */
export const staticUsageLimitPolicy = definePlugin({
  type: 'static-usage-limit-policy',
  roles: ['usage-limit'],
  maturity: 'beta',
  parameters: (reader) => ({ threshold: reader.float('threshold', 1) }),
  create: ({ threshold }, { name }): UsageLimitPolicy => ({
    type: 'static-usage-limit-policy',
    name,
    ceilings: (_, priorities) => priorities.map(() => threshold),
  }),
});
