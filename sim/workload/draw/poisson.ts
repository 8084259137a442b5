import { exp } from '../../../base/math.ts';
import type { Random } from '../../../base/random.ts';

/**
 * A Poisson count: how many unit-exponential gaps fit into `mean`. By multiplying uniforms (Knuth, The Art of Computer
 * Programming 3.4.1), in pieces of mean 500 because e^-mean would underflow; counts of pieces add up.
 */
export function poissonCount(mean: number, random: Random): number {
  let count = 0;
  for (let rest = mean; rest > 0; rest -= PIECE) {
    const limit = exp(-Math.min(rest, PIECE));
    for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  }
  return count;
}

/** e^-500 is far above the smallest normal double (1e-308). */
const PIECE = 500;
