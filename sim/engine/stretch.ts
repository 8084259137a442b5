import type { Ticks } from '../../base/units.ts';

/**
 * Steps back to back from `start` on: step 0 takes `first` ticks, step k > 0 second + (k - 1) * growth. All terms are
 * integers below 2^53, so that the sums below equal those of single steps exactly.
 */
export interface Stretch {
  readonly start: Ticks;
  readonly first: Ticks;
  readonly second: Ticks;
  readonly growth: Ticks;
  /** The last step, `steps`, ends the stretch. */
  readonly steps: number;
}

/** End of step `k`. */
export function endOfStep({ start, first, second, growth }: Stretch, k: number): Ticks {
  return start + first + k * second + growth * ((k * (k - 1)) / 2);
}

/** The first step that ends at or after `time`, at most the last one. */
export function firstStepEndingAt(stretch: Stretch, time: Ticks): number {
  let low = 0;
  let high = stretch.steps;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (endOfStep(stretch, middle) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
