import { COMPLETED, type RequestTable } from '../documents/request-table.ts';
import { SortedColumn } from './sorted-column.ts';

/*
 * The figures of one run, recomputed with a weight per block. Layout: what adds up is summed per block beforehand
 * (Float64Array, one entry per block); what is ranked is sorted beforehand (SortedColumn).
 */
export class Sample {
  private readonly columns: readonly SortedColumn[];
  private readonly sums: Sums;
  /** Offered and good requests per block, by class; undefined = requests without one. */
  private readonly classes: ReadonlyMap<string | undefined, { offered: Float64Array; good: Float64Array }>;
  private readonly hasSlo: boolean;

  /** `blocks`: the block of each row; -1 = leave out. */
  constructor(table: RequestTable, blocks: Int32Array, blockCount: number) {
    this.columns = [table.ttft, table.tpot, table.e2e].map(
      (column) => new SortedColumn(column, blocks, blockCount),
    );
    this.sums = sumsOf(table, blocks, blockCount);
    this.hasSlo = table.meetsSlo !== undefined;
    const inClass = (code: number, row: number): number => ((table.classCode?.[row] ?? -1) === code ? 1 : 0);
    this.classes = new Map(
      [undefined, ...table.dictionaries.classes].map((name, position) => [
        name,
        {
          offered: perBlock(blocks, blockCount, (row) => inClass(position - 1, row)),
          good: perBlock(
            blocks,
            blockCount,
            (row) => inClass(position - 1, row) * (table.meetsSlo?.[row] ?? 0),
          ),
        },
      ]),
    );
  }

  /** Writes the value of every metric of METRICS, in order, into `into`; NaN where the draw has none. */
  evaluate(weights: Int32Array, into: Float64Array): void {
    let position = 0;
    for (const column of this.columns) position = column.evaluate(weights, into, position);
    const { sums } = this;
    let first = Infinity;
    let last = -Infinity;
    for (let block = 0; block < weights.length; block++) {
      if (weights[block] === 0) continue;
      first = Math.min(first, sums.firstArrival[block] ?? Infinity);
      last = Math.max(last, sums.lastEnd[block] ?? -Infinity);
    }
    const seconds = last > first ? last - first : NaN;
    const good = this.hasSlo ? weighted(sums.good, weights) : NaN;
    into[position++] = weighted(sums.completed, weights) / seconds;
    into[position++] = weighted(sums.inputTokens, weights) / seconds;
    into[position++] = weighted(sums.outputTokens, weights) / seconds;
    into[position++] = good / seconds;
    into[position++] = good / weighted(sums.offered, weights);
    into[position] = weighted(sums.hitTokens, weights) / weighted(sums.queriedTokens, weights);
  }

  /** Attainment of a class (undefined = of requests without one); NaN when the draw holds none of its requests. */
  classAttainment(name: string | undefined, weights: Int32Array): number {
    const counts = this.classes.get(name);
    return counts === undefined ? NaN : weighted(counts.good, weights) / weighted(counts.offered, weights);
  }
}

type Sums = ReturnType<typeof sumsOf>;

function sumsOf(table: RequestTable, blocks: Int32Array, blockCount: number) {
  const firstArrival = new Float64Array(blockCount).fill(Infinity);
  const lastEnd = new Float64Array(blockCount).fill(-Infinity);
  blocks.forEach((block, row) => {
    if (block < 0) return;
    firstArrival[block] = Math.min(firstArrival[block] ?? Infinity, table.arrival[row] ?? Infinity);
    const end = table.end[row] ?? NaN;
    if (end > (lastEnd[block] ?? -Infinity)) lastEnd[block] = end;
  });
  const sum = (value: (row: number) => number): Float64Array => perBlock(blocks, blockCount, value);
  const completed = (row: number): number => (table.status[row] === COMPLETED ? 1 : 0);
  const admitted = (row: number): boolean => (table.prefixHitTokens[row] ?? -1) >= 0;
  return {
    firstArrival,
    lastEnd,
    offered: sum(() => 1),
    completed: sum(completed),
    good: sum((row) => table.meetsSlo?.[row] ?? 0),
    inputTokens: sum((row) => completed(row) * (table.inputTokens[row] ?? 0)),
    outputTokens: sum((row) => (completed(row) === 1 ? (table.outputTokens[row] ?? 0) : 0)),
    queriedTokens: sum((row) => (admitted(row) ? (table.inputTokens[row] ?? 0) : 0)),
    hitTokens: sum((row) => (admitted(row) ? (table.prefixHitTokens[row] ?? 0) : 0)),
  };
}

function perBlock(blocks: Int32Array, blockCount: number, value: (row: number) => number): Float64Array {
  const sums = new Float64Array(blockCount);
  blocks.forEach((block, row) => {
    if (block >= 0) sums[block] = (sums[block] ?? 0) + value(row);
  });
  return sums;
}

function weighted(sums: Float64Array, weights: Int32Array): number {
  let total = 0;
  for (let block = 0; block < sums.length; block++) total += (sums[block] ?? 0) * (weights[block] ?? 0);
  return total;
}
