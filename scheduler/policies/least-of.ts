import type { Random } from '../../base/random.ts';
import type { Endpoint } from '../endpoint.ts';

/** The endpoint of the least value, ties at random (one draw at most); undefined when there is none. */
export function leastOf(
  endpoints: readonly Endpoint[],
  valueOf: (endpoint: Endpoint, position: number) => number,
  random: Random,
): Endpoint | undefined {
  let least = Infinity;
  let ties = 0;
  let best: Endpoint | undefined;
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i];
    if (endpoint === undefined) continue;
    const value = valueOf(endpoint, i);
    if (value < least || best === undefined) {
      least = value;
      ties = 1;
      best = endpoint;
    } else if (value === least) {
      ties++;
    }
  }
  if (ties <= 1) return best;
  let chosen = random.integer(ties);
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i];
    if (endpoint !== undefined && valueOf(endpoint, i) === least && chosen-- === 0) return endpoint;
  }
  return best;
}
