import { definePlugin } from '../../plugin-type.ts';
import type { Decider } from '../../plugin.ts';

/*
 * always-disagg-pd-decider: yes.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/scheduling/profilehandler/disagg/always_disagg_pd_decider.go of llm-d-router at ebab6879.
 */
export const alwaysDisaggPdDecider = definePlugin({
  type: 'always-disagg-pd-decider',
  roles: ['decider'],
  maturity: 'beta',
  create: (_, { name }): Decider => ({ type: 'always-disagg-pd-decider', name, disaggregate: () => true }),
});
