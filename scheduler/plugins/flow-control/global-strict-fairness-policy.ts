import type { FairnessPolicy, FlowPicker, FlowView, QueuedItem } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * global-strict-fairness-policy: the flow whose first item goes before all others' by the band's ordering, as if there
 * were one queue. Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/flowcontrol/fairness/globalstrict of llm-d-router at ebab6879.
 */
export const globalStrictFairnessPolicy = definePlugin({
  type: 'global-strict-fairness-policy',
  roles: ['fairness'],
  maturity: 'beta',
  create: (_, { name }): FairnessPolicy => ({
    type: 'global-strict-fairness-policy',
    name,
    openBand: () => BEST_HEAD,
  }),
});

const BEST_HEAD: FlowPicker = {
  pick(band) {
    let best: FlowView | undefined;
    let first: QueuedItem | undefined;
    for (const flow of band.flows) {
      const head = flow.head();
      if (head === undefined || (first !== undefined && !band.before(head, first))) continue;
      best = flow;
      first = head;
    }
    return best;
  },
};
