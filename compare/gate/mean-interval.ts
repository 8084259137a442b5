import { quantileSorted } from 'simple-statistics';

import { random } from '../../base/random.ts';
import { sqrt } from '../../base/math.ts';

const DRAWS = 2000;

/**
 * A 95 % interval of the mean of a few values by the studentised bootstrap, which keeps its level for skewed values where
 * the plain bootstrap is too narrow. Undefined for fewer than two values. Source: Efron and Tibshirani, An Introduction
 * to the Bootstrap (1993), section 12.5.
 */
export function meanInterval(values: readonly number[], seed: number): [number, number] | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const { mean, error } = meanAndError(values);
  if (error === 0) return [mean, mean];
  const source = random(seed, 0, 'studentised bootstrap');
  const ratios: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const resample = values.map(() => values[source.integer(count)] ?? NaN);
    const drawn = meanAndError(resample);
    if (drawn.error > 0) ratios.push((drawn.mean - mean) / drawn.error);
  }
  ratios.sort((a, b) => a - b);
  return [mean - quantileSorted(ratios, 0.975) * error, mean - quantileSorted(ratios, 0.025) * error];
}

/** The mean, and its standard error. */
function meanAndError(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, error: sqrt(squares / (count - 1) / count) };
}
