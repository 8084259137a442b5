/** The share-quantile of values, between the two nearest by linear interpolation; sorts them in place. NaN for none. */
export function quantileOf(values: Float64Array, share: number): number {
  values.sort();
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const low = values[below] ?? NaN;
  const high = values[below + 1] ?? low;
  return low + (place - below) * (high - low);
}
