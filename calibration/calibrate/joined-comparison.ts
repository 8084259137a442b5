import type { Comparison } from './comparison.ts';

/** Several measurements as one: their rows one after the other, in blocks of their own. */
export function joinedComparison(parts: readonly Comparison[]): Comparison {
  let blocks = 0;
  const rows = parts.flatMap((part) => {
    const before = blocks;
    blocks += 1 + Math.max(-1, ...part.rows.map(({ block }) => block));
    return part.rows.map((row) => ({ ...row, block: before + row.block }));
  });
  return {
    rows,
    predict(values) {
      const predicted = new Float64Array(rows.length);
      let at = 0;
      for (const part of parts) {
        predicted.set(part.predict(values), at);
        at += part.rows.length;
      }
      return predicted;
    },
  };
}
