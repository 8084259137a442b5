/**
 * P-values corrected for having looked more than once: at most `level` of all sets of true hypotheses lose one of theirs
 * where those with a corrected value of at most `level` are rejected. Source: Holm, A simple sequentially rejective
 * multiple test procedure, Scandinavian Journal of Statistics 6 (1979).
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = pValues.map(() => 1);
  let before = 0;
  order.forEach((index, rank) => {
    before = Math.max(before, Math.min(1, (pValues.length - rank) * (pValues[index] ?? 1)));
    adjusted[index] = before;
  });
  return adjusted;
}
