import { InFlightCounts } from './in-flight-counts.ts';
import { leastOf } from './least-of.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** `least-request`: fewest requests in flight as this router itself counts them, ties at random. */
export function leastRequest(): RoutingPolicy {
  const counts = new InFlightCounts();
  return {
    name: 'least-request',
    ignoresMetrics: true,
    pick: (_, endpoints, { random }) => leastOf(endpoints, (endpoint) => counts.of(endpoint), random),
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
