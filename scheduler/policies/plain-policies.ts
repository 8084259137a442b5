import { leastRequest } from './least-request.ts';
import { randomChoice } from './random-choice.ts';
import { roundRobin } from './round-robin.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** The built-in policies without a project of their own, by the name that a scenario gives. Each call makes a fresh one. */
export const PLAIN_POLICIES: Readonly<Record<PlainPolicyName, () => RoutingPolicy>> = {
  'round-robin': roundRobin,
  random: randomChoice,
  'least-request': leastRequest,
};

export type PlainPolicyName = 'round-robin' | 'random' | 'least-request';
