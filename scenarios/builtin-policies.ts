import { PLAIN_POLICIES } from '../scheduler/policies/plain-policies.ts';
import type { RoutingPolicy } from '../scheduler/policies/routing-policy.ts';
import { RIVAL_POLICIES } from '../scheduler/rivals/rival-policies.ts';

/**
 * Routers by name that are no EndpointPickerConfig: round-robin and its like, and other systems' rules under
 * `project@version:name`. Each call of a value makes a fresh one.
 */
export const BUILTIN_POLICIES: ReadonlyMap<string, () => RoutingPolicy> = new Map([
  ...Object.entries(PLAIN_POLICIES),
  ...RIVAL_POLICIES,
]);
