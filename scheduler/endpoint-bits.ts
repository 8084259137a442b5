/*
 * Sets of endpoints by Endpoint.index: endpoint e is bit e mod WORD_BITS of word floor(e / WORD_BITS).
 */

/** Small integers on every JavaScript engine. */
export const WORD_BITS = 30;

/** Adds an endpoint to a set, which grows as it must. */
export function addEndpoint(words: number[], endpoint: number): void {
  const word = Math.floor(endpoint / WORD_BITS);
  while (words.length <= word) words.push(0);
  words[word] = (words[word] ?? 0) | (1 << (endpoint % WORD_BITS));
}

/** The endpoint of a bit, the only one that is set, of a word. */
export function endpointAt(word: number, bit: number): number {
  return word * WORD_BITS + 31 - Math.clz32(bit);
}
