/** Round values for a logarithmic axis: 1, 2 and 5 of each power of ten, or 1 alone where that gives many. */
export function ladder(low: number, high: number): number[] {
  const powers = Array.from({ length: 12 }, (_, k) => Number(`1e${k - 5}`));
  const within = (steps: readonly number[]): number[] =>
    powers
      .flatMap((power) => steps.map((step) => rounded(step * power)))
      .filter((value) => value >= low && value <= high);
  const fine = within([1, 2, 5]);
  return fine.length > 6 ? within([1]) : fine;
}

/** Four significant digits: finer than a pixel. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
