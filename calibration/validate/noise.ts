/** Standard deviation (of a sample) over the mean of repeated measurements; undefined for fewer than two. */
export function noiseOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (values.length - 1)) / mean;
}
