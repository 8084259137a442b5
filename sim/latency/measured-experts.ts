import type { ExpertTable, KernelTables } from '../../hardware-profiles/kernel-tables.ts';
import { timeAt, type TimeGrid } from '../../hardware-profiles/time-grid.ts';
import type { ExpertShape, OperatorTimes } from './operator-times.ts';

/** A measured curve of routed experts over tokens, and where it came from. */
export interface MeasuredExperts {
  /** Name of the file. */
  readonly from: string;
  readonly table: ExpertTable;
  /** Way of sharing in the table. */
  readonly index: number;
  readonly measured: ExpertShape;
}

/**
 * The curve of the shape itself, or of the most similar shape of the same format. A shape that another version measured
 * is closer than another shape of the nearest version; `tables` come nearest version first. Undefined without the format.
 */
export function closestExperts(
  tables: readonly KernelTables[],
  shape: ExpertShape,
): MeasuredExperts | undefined {
  let best: MeasuredExperts | undefined;
  let least = Infinity;
  for (const { name: from, experts: curves } of tables) {
    for (const table of curves) {
      if (table.format !== shape.format) continue;
      for (const [index, [tensorParallelSize, expertParallelSize]] of table.sharing.entries()) {
        const { format, hiddenSize, width, experts, topK } = table;
        const measured = { format, hiddenSize, width, experts, topK, tensorParallelSize, expertParallelSize };
        const distance = distanceBetween(measured, shape);
        if (distance >= least) continue;
        least = distance;
        best = { from, table, index, measured };
      }
    }
  }
  return best;
}

/** Times over tokens of a shape: as measured, or the neighbour's scaled by the ratio of both rooflines, non-decreasing. */
export function expertTimes(
  { table, index, measured }: MeasuredExperts,
  shape: ExpertShape,
  roofline: OperatorTimes,
): TimeGrid {
  const tokens = table.grid.axes[1] ?? [];
  const times = new Float64Array(tokens.length);
  const same = distanceBetween(measured, shape) === 0;
  let before = 0;
  for (const [position, count] of tokens.entries()) {
    const ratio = same ? 1 : roofline.experts(shape, count) / roofline.experts(measured, count);
    before = Math.max(before, timeAt(table.grid, [index, count]) * ratio);
    times[position] = before;
  }
  return { axes: [tokens], times };
}

/** 0 for equal shapes; the way of sharing weighs most. */
function distanceBetween(a: ExpertShape, b: ExpertShape): number {
  return (
    apart(a.hiddenSize, b.hiddenSize) +
    apart(a.width, b.width) +
    apart(a.experts, b.experts) +
    2 * apart(a.topK, b.topK) +
    4 * apart(a.tensorParallelSize, b.tensorParallelSize) +
    4 * apart(a.expertParallelSize, b.expertParallelSize)
  );
}

/** How far apart two sizes are: 0 for equal ones, 1 for a factor of two. */
function apart(a: number, b: number): number {
  return Math.max(a, b) / Math.min(a, b) - 1;
}
