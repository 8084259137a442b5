import type { RoutingPolicy, ServingRole } from './routing-policy.ts';

/**
 * `round-robin`: the endpoints in turn, in candidate order, one counter per role. The counter advances with every
 * decision, also with one that the server then refuses.
 */
export function roundRobin(): RoutingPolicy {
  const turns: Record<ServingRole, number> = { both: 0, prefill: 0, decode: 0 };
  return {
    name: 'round-robin',
    ignoresMetrics: true,
    pick({ role }, endpoints) {
      const turn = turns[role];
      turns[role] = turn + 1;
      return endpoints[turn % endpoints.length];
    },
  };
}
