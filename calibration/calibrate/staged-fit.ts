import type { Coefficient } from './coefficient.ts';
import type { ComparedMetric, Comparison } from './comparison.ts';
import { leastSquares, type LeastSquares } from './least-squares.ts';

/**
 * A fit in three stages, each from where the last one ended: what a step costs from the time per output token, which
 * answers smoothly; what surrounds it from the time to first token, which waits for steps to end and answers in jumps; then
 * all of it from everything. Single steps need the last stage only.
 */
export function stagedFit(comparison: Comparison, coefficients: readonly Coefficient[]): LeastSquares {
  const measured = new Set(comparison.rows.map(({ metric }) => metric));
  let values = coefficients.map(({ start }) => start);
  for (const [of, metric] of STAGES) {
    const free = coefficients.flatMap((one, k) => (one.of === of ? [k] : []));
    if (!measured.has(metric) || free.length === 0 || free.length === values.length) continue;
    const fixed = values;
    const together = (part: readonly number[]): readonly number[] =>
      fixed.map((value, k) => part[free.indexOf(k)] ?? value);
    const stage: Comparison = {
      rows: comparison.rows.map((row) => ({ ...row, heldOut: row.heldOut || row.metric !== metric })),
      predict: (part) => comparison.predict(together(part)),
    };
    const start = free.map((k) => fixed[k] ?? 0);
    values = [...together(leastSquares(stage, start).values)];
  }
  return leastSquares(comparison, values);
}

const STAGES: readonly (readonly [Coefficient['of'], ComparedMetric])[] = [
  ['step', 'tpot'],
  ['request', 'ttft'],
];
