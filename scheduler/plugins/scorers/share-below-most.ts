import type { Endpoint } from '../../endpoint.ts';

/** scores[i] = (most - value) / (most - fewest), 1 for all when the values are equal. */
export function shareBelowMost(
  endpoints: readonly Endpoint[],
  scores: Float64Array,
  valueOf: (endpoint: Endpoint) => number,
): void {
  let most = -Infinity;
  let fewest = Infinity;
  for (const endpoint of endpoints) {
    const value = valueOf(endpoint);
    if (value > most) most = value;
    if (value < fewest) fewest = value;
  }
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i];
    if (endpoint !== undefined)
      scores[i] = most === fewest ? 1 : (most - valueOf(endpoint)) / (most - fewest);
  }
}
