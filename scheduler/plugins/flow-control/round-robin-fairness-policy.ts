import type { FairnessPolicy, FlowPicker } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * round-robin-fairness-policy: the flows of a band in turn, by name; an empty one is passed over. The turn begins anew
 * when nothing was queued or the last flow has gone. Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/flowcontrol/fairness/roundrobin of llm-d-router at ebab6879.
 */
export const roundRobinFairnessPolicy = definePlugin({
  type: 'round-robin-fairness-policy',
  roles: ['fairness'],
  maturity: 'beta',
  create: (_, { name }): FairnessPolicy => ({ type: 'round-robin-fairness-policy', name, openBand: inTurn }),
});

function inTurn(): FlowPicker {
  let last: string | undefined;
  return {
    pick({ flows }) {
      const start = flows.findIndex(({ flow }) => flow === last) + 1;
      last = undefined;
      for (let i = 0; i < flows.length; i++) {
        const flow = flows[(start + i) % flows.length];
        if (flow === undefined || flow.length === 0) continue;
        last = flow.flow;
        return flow;
      }
      return undefined;
    },
  };
}
