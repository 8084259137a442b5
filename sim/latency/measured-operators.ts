import type { Seconds } from '../../base/units.ts';
import type {
  AttentionTable,
  ExpertTable,
  KernelTables,
  LatentTable,
} from '../../hardware-profiles/kernel-tables.ts';
import { timeAt, type TimeGrid } from '../../hardware-profiles/time-grid.ts';
import type { LatentAttention, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type { AttentionShape, ExpertShape, LatentShape, OperatorTimes } from './operator-times.ts';
import { throughPoints } from './piecewise-line.ts';

/** Operator times that remember which table each came from. */
export interface MeasuredOperators extends OperatorTimes {
  /** Names of the tables that were read, and the operators that had none (`gemm int4`). */
  readonly used: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

/**
 * Operator times from measured kernels. `tables` are those of the GPU, nearest engine version first: each operator takes
 * the first table that has its format. Where none has it, a measured neighbour (another format, another expert shape)
 * times the ratio of both in `fallback` stands for it, and without a neighbour `fallback` itself.
 */
export function measuredOperators(
  tables: readonly KernelTables[],
  fallback: OperatorTimes,
): MeasuredOperators {
  const used = new Set<string>();
  const missing = new Set<string>();
  const first = <Table>(
    operator: string,
    find: (from: KernelTables) => Table | undefined,
  ): Table | undefined => {
    for (const from of tables) {
      const found = find(from);
      if (found === undefined) continue;
      used.add(from.name);
      return found;
    }
    missing.add(operator);
    return undefined;
  };
  const gemmGrid = memo((format: WeightFormat) =>
    first(`gemm ${format}`, (from) => from.gemm.find((table) => table.format === format)),
  );
  const decodeTable = memo((_: string, shape: AttentionShape) =>
    first(`decode attention, head size ${shape.headDim}`, (from) =>
      attentionTable(from.decodeAttention, shape),
    ),
  );
  const promptTable = memo((_: string, shape: AttentionShape) =>
    first(`prompt attention, head size ${shape.headDim}`, (from) =>
      attentionTable(from.prefillAttention, shape),
    ),
  );
  const latentDecodeTable = memo((_: string, shape: LatentShape) =>
    first('latent attention', (from) => latentTable(from.latentDecode, shape)),
  );
  const latentPromptTable = memo((_: string, shape: LatentShape) =>
    first('latent attention of prompts', (from) => latentTable(from.latentPrefill, shape)),
  );
  const expertCurve = memo((_: string, shape: ExpertShape) => {
    const found = first(`experts ${shape.format}`, (from) => nearestExperts(from.experts, shape));
    return found === undefined ? undefined : curveFor(found, shape, fallback);
  });
  const reduceGrid = memo((inGraph: boolean) =>
    first('all-reduce', (from) => from.allReduce.find((table) => table.inGraph === inGraph)),
  );

  const gemm = (format: WeightFormat, m: number, n: number, k: number): Seconds => {
    const own = gemmGrid(format);
    if (own !== undefined) return timeAt(own.grid, [n, k, m]);
    const bf16 = gemmGrid('bf16');
    const expected = fallback.gemm(format, m, n, k);
    return bf16 === undefined
      ? expected
      : (timeAt(bf16.grid, [n, k, m]) * expected) / fallback.gemm('bf16', m, n, k);
  };

  return {
    used,
    missing,
    gemm,
    experts(shape, tokens) {
      const curve = expertCurve(expertKey(shape), shape);
      return curve === undefined ? fallback.experts(shape, tokens) : timeAt(curve, [tokens]);
    },
    allReduce(bytes, gpus, inGraph) {
      if (gpus < 2) return 0;
      const table = reduceGrid(inGraph);
      if (table === undefined || gpus > (table.grid.axes[0]?.at(-1) ?? 0))
        return fallback.allReduce(bytes, gpus, inGraph);
      return timeAt(table.grid, [gpus, bytes]);
    },
    decodeAttention(shape, rows) {
      const table = decodeTable(attentionKey(shape), shape);
      if (table === undefined) return fallback.decodeAttention(shape, rows);
      // More KV heads than were measured cost what as many more rows of the largest measured number cost.
      const most = table.grid.axes[0]?.at(-1) ?? 1;
      const heads = Math.min(shape.kvHeads, most);
      const asRows = (rows * shape.kvHeads) / heads;
      const contexts = table.grid.axes[2] ?? [];
      const times = contexts.map((context) => timeAt(table.grid, [heads, asRows, context]));
      const widths = shape.headDim / table.headDim;
      const xs = [0, ...contexts.slice(1).map((context) => context * rows)];
      const scaledTimes = times.map((time) => (times[0] ?? 0) + (time - (times[0] ?? 0)) * widths);
      return throughPoints(xs, scaledTimes);
    },
    promptLatency(shape) {
      const table = promptTable(attentionKey(shape), shape);
      return table === undefined ? fallback.promptLatency(shape) : timeAt(table.grid, [shape.heads, 1]);
    },
    promptAttention(shape, tokens) {
      const table = promptTable(attentionKey(shape), shape);
      if (table === undefined) return fallback.promptAttention(shape, tokens);
      return promptTime(table, shape, tokens) - promptTime(table, shape, 0);
    },
    latentDecode(shape, rows) {
      const table = latentDecodeTable(latentKey(shape), shape);
      if (table === undefined) return fallback.latentDecode(shape, rows);
      const contexts = table.grid.axes[2] ?? [];
      const ratio = latentRatio(fallback, shape, 64);
      const times = contexts.map((context) => timeAt(table.grid, [shape.heads, rows, context]) * ratio);
      return throughPoints([0, ...contexts.slice(1).map((context) => context * rows)], times);
    },
    latentPrompt(shape, tokens) {
      const table = latentPromptTable(latentKey(shape), shape);
      if (table === undefined) return fallback.latentPrompt(shape, tokens);
      return timeAt(table.grid, [shape.heads, tokens]) * latentRatio(fallback, shape, 1024);
    },
    elementwise: fallback.elementwise,
  };
}

/** Time of a shape over that of the measured one (DeepSeek-V3's) at so many tokens: they differ where hidden size or ranks do. */
function latentRatio(fallback: OperatorTimes, shape: LatentShape, tokens: number): number {
  const measured = { ...shape, attention: MEASURED_LATENT, hiddenSize: 7168 };
  return fallback.latentPrompt(shape, tokens) / fallback.latentPrompt(measured, tokens);
}

/** DeepSeek-V3, the model of the measured modules. */
const MEASURED_LATENT: LatentAttention = {
  kind: 'mla',
  heads: 128,
  queryRank: 1536,
  latentRank: 512,
  nopeDim: 128,
  ropeDim: 64,
  valueDim: 128,
};

/** The table of the KV type, in the projections' format or else the first. */
function latentTable(tables: readonly LatentTable[], shape: LatentShape): LatentTable | undefined {
  const own = tables.filter(({ kvDtype }) => kvDtype === (shape.kvDtype === 'fp8' ? 'fp8' : 'bf16'));
  return own.find(({ format }) => format === shape.format) ?? own[0];
}

function latentKey({ format, kvDtype }: LatentShape): string {
  return `${format},${kvDtype}`;
}

/** Beyond the longest measured prompt the time grows with the number of query-key pairs. */
function promptTime(table: AttentionTable, { heads, headDim }: AttentionShape, tokens: number): Seconds {
  const widths = headDim / table.headDim;
  const longest = table.grid.axes[1]?.at(-1) ?? 1;
  if (tokens <= longest) return timeAt(table.grid, [heads, tokens]) * widths;
  const ratio = tokens / longest;
  return timeAt(table.grid, [heads, longest]) * widths * ratio * ratio;
}

/** The table of the KV type and the nearest head size. */
function attentionTable(
  tables: readonly AttentionTable[],
  shape: AttentionShape,
): AttentionTable | undefined {
  const kv = shape.kvDtype === 'fp8' ? 'fp8' : 'bf16';
  const own = tables.filter(({ kvDtype, window }) => kvDtype === kv && window === 0);
  return own.sort((a, b) => Math.abs(a.headDim - shape.headDim) - Math.abs(b.headDim - shape.headDim))[0];
}

interface ExpertCurve {
  readonly table: ExpertTable;
  /** Way of sharing in the table. */
  readonly index: number;
  /** The shape that was measured. */
  readonly measured: ExpertShape;
}

/** The curve of the shape itself, or of the most similar shape of the same format and way of sharing. */
function nearestExperts(tables: readonly ExpertTable[], shape: ExpertShape): ExpertCurve | undefined {
  let best: ExpertCurve | undefined;
  let least = Infinity;
  for (const table of tables) {
    if (table.format !== shape.format) continue;
    for (const [index, [tensorParallelSize, expertParallelSize]] of table.sharing.entries()) {
      const { format, hiddenSize, width, experts, topK } = table;
      const measured = { format, hiddenSize, width, experts, topK, tensorParallelSize, expertParallelSize };
      const distance = distanceBetween(measured, shape);
      if (distance >= least) continue;
      least = distance;
      best = { table, index, measured };
    }
  }
  return best;
}

/** Times over tokens of a shape: as measured, or the neighbour's scaled by the ratio of both rooflines, non-decreasing. */
function curveFor(
  { table, index, measured }: ExpertCurve,
  shape: ExpertShape,
  fallback: OperatorTimes,
): TimeGrid {
  const tokens = table.grid.axes[1] ?? [];
  const times = new Float64Array(tokens.length);
  let before = 0;
  for (const [position, count] of tokens.entries()) {
    const time = timeAt(table.grid, [index, count]);
    const ratio =
      distanceBetween(measured, shape) === 0
        ? 1
        : fallback.experts(shape, count) / fallback.experts(measured, count);
    before = Math.max(before, time * ratio);
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

function attentionKey({ headDim, kvDtype }: AttentionShape): string {
  return `${headDim},${kvDtype}`;
}

function expertKey(shape: ExpertShape): string {
  return Object.values(shape).join();
}

/** Remembers results by the first argument. */
function memo<Key, Rest extends readonly unknown[], Result>(
  compute: (key: Key, ...rest: Rest) => Result,
): (key: Key, ...rest: Rest) => Result {
  const known = new Map<Key, { result: Result }>();
  return (key, ...rest) => {
    const found = known.get(key);
    if (found !== undefined) return found.result;
    const result = compute(key, ...rest);
    known.set(key, { result });
    return result;
  };
}
