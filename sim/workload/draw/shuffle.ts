import type { Random } from '../../../base/random.ts';

/** A uniformly drawn permutation (Fisher-Yates). */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result: Item[] = [];
  for (const item of items) {
    const place = random.integer(result.length + 1);
    const displaced = result[place];
    if (displaced === undefined) {
      result.push(item);
    } else {
      result.push(displaced);
      result[place] = item;
    }
  }
  return result;
}
