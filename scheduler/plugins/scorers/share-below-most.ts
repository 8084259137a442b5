import type { Endpoint } from '../../endpoint.ts';

/** scores[i] = (most - value) / (most - fewest), 1 for all when the values are equal. */
export function shareBelowMost(
  endpoints: readonly Endpoint[],
  scores: Float64Array,
  valueOf: (endpoint: Endpoint) => number,
): void {
  let most = -Infinity;
  let fewest = Infinity;
  for (let i = 0; i < endpoints.length; i++) {
    const endpoint = endpoints[i];
    const value = endpoint === undefined ? 0 : valueOf(endpoint);
    if (value > most) most = value;
    if (value < fewest) fewest = value;
    scores[i] = value;
  }
  for (let i = 0; i < endpoints.length; i++)
    scores[i] = most === fewest ? 1 : (most - (scores[i] ?? 0)) / (most - fewest);
}
