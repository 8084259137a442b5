import { mean } from '../../compare/mean.ts';

/** Standard deviation (of a sample) over the mean of repeated measurements; undefined for fewer than two. */
export function noiseOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0);
  return Math.sqrt(squares / (values.length - 1)) / middle;
}
