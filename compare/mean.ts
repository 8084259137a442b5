/** Arithmetic mean, summed in order; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The same of values that may be absent; undefined when one of them is, or there are none. */
export function meanOfAll(values: readonly (number | undefined)[]): number | undefined {
  const present = values.flatMap((value) => value ?? []);
  return present.length < values.length || present.length === 0 ? undefined : mean(present);
}
