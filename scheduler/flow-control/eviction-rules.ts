import type { EvictionCandidate } from './flow-policies.ts';

/*
 * What the picker wires into flow control's eviction, whatever a configuration declares.
 * Source: cmd/epp/runner/runner.go (buildRequestEvictor) of llm-d-router at ebab6879.
 */

/** Running requests of negative priority may be broken off. */
export function maySheddableBeEvicted({ priority }: EvictionCandidate): boolean {
  return priority < 0;
}

/** The lowest priority first, of equal ones the newest: the least work is lost. */
export function lowestThenNewest(a: EvictionCandidate, b: EvictionCandidate): boolean {
  return a.priority === b.priority ? a.dispatchedAt > b.dispatchedAt : a.priority < b.priority;
}
