import { lowestThenNewest, maySheddableBeEvicted } from '../../flow-control/eviction-rules.ts';
import type { EvictionFilter, EvictionOrder } from '../../flow-control/flow-policies.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * sheddable-eviction-filter: running requests of negative priority may be broken off.
 * priority-then-time-eviction-order-policy: the lowest priority first, of equal ones the newest.
 * Flow control's eviction follows these two rules whether they are declared or not.
 * Parameters: none, whatever is given is ignored.
 * Source: pkg/epp/framework/plugins/flowcontrol/eviction of llm-d-router at ebab6879.
 */
export const sheddableEvictionFilter = definePlugin({
  type: 'sheddable-eviction-filter',
  roles: ['eviction-filter'],
  maturity: 'alpha',
  create: (_, { name }): EvictionFilter => ({
    type: 'sheddable-eviction-filter',
    name,
    mayEvict: maySheddableBeEvicted,
  }),
});

export const priorityThenTimeEvictionOrderPolicy = definePlugin({
  type: 'priority-then-time-eviction-order-policy',
  roles: ['eviction-order'],
  maturity: 'alpha',
  create: (_, { name }): EvictionOrder => ({
    type: 'priority-then-time-eviction-order-policy',
    name,
    evictedBefore: lowestThenNewest,
  }),
});
