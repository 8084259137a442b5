/** Loads at which answers are played, relative to the peak, in rising order. A choice: close where answers usually break. */
export const HEADROOM_LOADS: readonly number[] = [1.1, 1.3, 1.7];
