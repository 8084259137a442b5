import { InFlightCounts } from '../policies/in-flight-counts.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';

/**
 * Envoy's least request with equal weights: of two hosts drawn at random (they may be the same), the one with fewer
 * requests in flight as this proxy counts them; the first of equals.
 * Source: envoy docs/root/intro/arch_overview/upstream/load_balancing/load_balancers.rst, choice_count 2.
 */
export function envoyPowerOfTwo(name: string): RoutingPolicy {
  const counts = new InFlightCounts();
  return {
    name,
    ignoresMetrics: true,
    pick(_, endpoints, { random }) {
      const first = endpoints[random.integer(endpoints.length)];
      const second = endpoints[random.integer(endpoints.length)];
      if (first === undefined || second === undefined) return first;
      return counts.of(second) < counts.of(first) ? second : first;
    },
    commit({ endpoint }) {
      if (endpoint !== undefined) counts.add(endpoint);
    },
    end({ endpoint }) {
      if (endpoint !== undefined) counts.remove(endpoint);
    },
    forget: (index) => counts.forget(index),
    inFlight: () => counts.total(),
  };
}
