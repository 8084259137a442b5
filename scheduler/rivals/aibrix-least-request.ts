import { leastRequest } from '../policies/least-request.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';

/**
 * AIBrix's least-request: the fewest requests in flight as this gateway counts them, ties at random; a pod that is not
 * counted yet has none. The same rule as the plain policy.
 * Source: pkg/plugins/gateway/algorithms/least_request.go of vllm-project/aibrix at e3e10f9.
 */
export function aibrixLeastRequest(name: string): RoutingPolicy {
  return { ...leastRequest(), name };
}
