import type { RoutingPolicy } from './routing-policy.ts';

/** `random`: each endpoint with the same probability. */
export function randomChoice(): RoutingPolicy {
  return {
    name: 'random',
    ignoresMetrics: true,
    pick: (_, endpoints, { random }) => endpoints[random.integer(endpoints.length)],
  };
}
