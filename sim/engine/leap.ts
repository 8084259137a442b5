import type { Blocks, Ticks } from '../../base/units.ts';

/*
 * A stretch of steps in which nothing changes but that every running sequence gains a token. Step k (from 0, the one that
 * is running when the stretch begins) takes first + k * growth ticks, so that its end is known without stepping there.
 */

/** End of step `k` of a stretch that began at `start`. All terms are integers below 2^53: the sum is exact. */
export function endOfStep(start: Ticks, first: Ticks, growth: Ticks, k: number): Ticks {
  return start + (k + 1) * first + growth * ((k * (k + 1)) / 2);
}

/** The first step that ends at or after `time`, at most `most`. */
export function firstStepEndingAt(
  start: Ticks,
  first: Ticks,
  growth: Ticks,
  most: number,
  time: Ticks,
): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (endOfStep(start, first, growth, middle) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Blocks that `counts[slack]` sequences need for `tokens` more tokens each, when `slack` tokens still fit in the blocks
 * that they have.
 */
export function blocksFor(counts: Int32Array, tokens: number): Blocks {
  const blockSize = counts.length;
  let blocks = 0;
  for (let slack = 0; slack < blockSize; slack++) {
    const count = counts[slack] ?? 0;
    if (count > 0 && tokens > slack) blocks += count * Math.ceil((tokens - slack) / blockSize);
  }
  return blocks;
}
