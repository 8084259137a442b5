import { random } from '../../base/random.ts';

/** Up to so many differences all patterns of signs are tried: 2^15 of them, for each is as far out as its mirror image. */
const MOST_EXACT = 16;

/** Patterns that are drawn where there are more. */
const DRAWS = 20_000;

/**
 * Two-sided p-value of the hypothesis that paired differences are as likely to point one way as the other: the share of
 * all patterns of signs whose sum is at least as far from 0. Exact for up to 16 differences, of 20,000 seeded patterns
 * beyond. 1 where there is no difference. Source: Fisher, The Design of Experiments (1935), section 21.
 */
export function signFlipPValue(differences: readonly number[], seed: number): number {
  const sizes = differences.map(Math.abs);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  // Sums are rounded: patterns as far out as the observed one must not be lost by the last bits.
  const observed = Math.abs(differences.reduce((sum, one) => sum + one, 0)) - 1e-12 * all;
  if (all === 0) return 1;
  return sizes.length <= MOST_EXACT ? exact(sizes, observed) : drawn(sizes, observed, seed);
}

/** Fewest pairs with which a p-value can be as low as `level`. */
export function pairsNeeded(level: number): number {
  let pairs = 1;
  while (2 / 2 ** pairs > level) pairs++;
  return pairs;
}

/** Walks a Gray code: one sign changes from each pattern to the next. */
function exact(sizes: readonly number[], observed: number): number {
  const patterns = 2 ** (sizes.length - 1);
  const signs = sizes.map(() => 1);
  let sum = sizes.reduce((total, size) => total + size, 0);
  let extreme = 1;
  for (let pattern = 1; pattern < patterns; pattern++) {
    const place = 31 - Math.clz32(pattern & -pattern);
    const sign = -(signs[place] ?? 1);
    signs[place] = sign;
    sum += 2 * sign * (sizes[place] ?? 0);
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / patterns;
}

/** The observed pattern counts as one of those drawn, so that no p-value is 0 (Phipson and Smyth, 2010). */
function drawn(sizes: readonly number[], observed: number, seed: number): number {
  const source = random(seed, 0, 'sign flips');
  let extreme = 1;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    for (const size of sizes) sum += source.uniform() < 0.5 ? size : -size;
    if (Math.abs(sum) >= observed) extreme++;
  }
  return extreme / (DRAWS + 1);
}
