import type { Seconds, Tokens } from '../../base/units.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import type { AttentionTable, KernelTables, LatentTable } from '../../hardware-profiles/kernel-tables.ts';
import { timeAt } from '../../hardware-profiles/time-grid.ts';
import type { LatentAttention, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type {
  AttentionShape,
  ExpertShape,
  LatentShape,
  OperatorTimes,
  PromptTime,
} from './operator-times.ts';
import { closestExperts, expertTimes } from './measured-experts.ts';
import { latentRoofline } from './latent-roofline.ts';
import { throughPoints, valueAt } from './piecewise-line.ts';
import { roofline } from './roofline.ts';
import type { MeasuredReach } from './step-time-model.ts';

/** Operator times that remember which table each came from. */
export interface MeasuredOperators extends OperatorTimes {
  /** Names of the tables that were read, and the operators that had none (`gemm int4`). */
  readonly used: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** The largest that the attention tables among them hold; like these it is known when each operator was asked once. */
  readonly reach: Readonly<MeasuredReach>;
}

/**
 * Operator times from measured kernels. `tables` are those of the GPU, nearest engine version first: each operator takes
 * the first table that has its format. Where none has it, a measured neighbour (another format, another expert shape)
 * times the ratio of both in the roofline stands for it, and without a neighbour the roofline itself.
 */
export function measuredOperators(tables: readonly KernelTables[], gpu: GpuProfile): MeasuredOperators {
  const fallback = roofline(gpu);
  const used = new Set<string>();
  const missing = new Set<string>();
  const reach: MeasuredReach = { batch: Infinity, context: Infinity, prompt: Infinity };
  const reaches = (batch: number, context: Tokens, prompt: Tokens): void => {
    reach.batch = Math.min(reach.batch, batch);
    reach.context = Math.min(reach.context, context);
    reach.prompt = Math.min(reach.prompt, prompt);
  };
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
    const closest = closestExperts(tables, shape);
    if (closest === undefined) missing.add(`experts ${shape.format}`);
    else used.add(closest.from);
    return closest === undefined ? undefined : expertTimes(closest, shape, fallback);
  });
  /** The kernel is the same in all versions: the median over them leaves out a machine that was slow on the day. */
  const reduceGrids = memo((inGraph: boolean) => {
    first('all-reduce', (from) => from.allReduce.find((table) => table.inGraph === inGraph));
    return tables.flatMap((from) => from.allReduce.filter((table) => table.inGraph === inGraph));
  });

  const gemm = (format: WeightFormat, m: number, n: number, k: number): Seconds => {
    const own = gemmGrid(format);
    if (own !== undefined) return timeAt(own.grid, [n, k, m]);
    const bf16 = gemmGrid('bf16');
    const expected = fallback.gemm(format, m, n, k);
    return bf16 === undefined
      ? expected
      : (timeAt(bf16.grid, [n, k, m]) * expected) / fallback.gemm('bf16', m, n, k);
  };

  const composed = latentRoofline(gpu, gemm);

  return {
    used,
    missing,
    reach,
    gemm,
    experts(shape, tokens) {
      const curve = expertCurve(expertKey(shape), shape);
      return curve === undefined ? fallback.experts(shape, tokens) : timeAt(curve, [tokens]);
    },
    allReduce(bytes, gpus, inGraph) {
      if (gpus < 2) return 0;
      const grids = reduceGrids(inGraph).filter(({ grid }) => gpus <= (grid.axes[0]?.at(-1) ?? 0));
      if (grids.length === 0) return fallback.allReduce(bytes, gpus, inGraph);
      const times = grids.map(({ grid }) => timeAt(grid, [gpus, bytes])).sort((a, b) => a - b);
      return times[Math.floor((times.length - 1) / 2)] ?? 0;
    },
    decodeAttention(shape, rows) {
      const table = decodeTable(attentionKey(shape), shape);
      if (table === undefined) return fallback.decodeAttention(shape, rows);
      // More KV heads than were measured cost what as many more rows of the largest measured number cost.
      const most = table.grid.axes[0]?.at(-1) ?? 1;
      const heads = Math.min(shape.kvHeads, most);
      const asRows = (rows * shape.kvHeads) / heads;
      const contexts = table.grid.axes[2] ?? [];
      reaches(
        Math.floor(((table.grid.axes[1]?.at(-1) ?? Infinity) * heads) / shape.kvHeads),
        contexts.at(-1) ?? Infinity,
        Infinity,
      );
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
    promptAttention(shape) {
      const table = promptTable(attentionKey(shape), shape);
      if (table === undefined) return fallback.promptAttention(shape);
      reaches(Infinity, Infinity, table.grid.axes[1]?.at(-1) ?? Infinity);
      return promptTime(table, shape);
    },
    latentDecode(shape, rows) {
      const table = latentDecodeTable(latentKey(shape), shape);
      if (table === undefined) return composed.latentDecode(shape, rows);
      const contexts = table.grid.axes[2] ?? [];
      reaches(table.grid.axes[1]?.at(-1) ?? Infinity, contexts.at(-1) ?? Infinity, Infinity);
      const ratio = latentRatio(fallback, shape, 64);
      const idle = latentIdle(
        table,
        (heads) => composed.latentDecode(measuredLatent(shape, heads), 1).values[0] ?? 0,
      );
      const times = contexts.map(
        (context) => ratio * (timeAt(table.grid, [shape.heads, rows, context]) - idle),
      );
      return throughPoints([0, ...contexts.slice(1).map((context) => context * rows)], times);
    },
    latentPrompt(shape) {
      const table = latentPromptTable(latentKey(shape), shape);
      if (table === undefined) return composed.latentPrompt(shape);
      const ratio = latentRatio(fallback, shape, 1024);
      const idle = latentIdle(table, (heads) => composed.latentPrompt(measuredLatent(shape, heads))(1));
      const knots = table.grid.axes[1] ?? [];
      reaches(Infinity, Infinity, knots.at(-1) ?? Infinity);
      return curve(knots, (tokens) => ratio * (timeAt(table.grid, [shape.heads, tokens]) - idle));
    },
    elementwise: fallback.elementwise,
  };
}

/**
 * What the measured module takes at one row beyond the sum of its operators, whatever the number of heads: on Hopper and
 * in vLLM 0.19 on Blackwell 40 to 50 us that no batch adds to, the time between kernels that were started one by one. A
 * server runs them in a CUDA graph: Kimi-K2.5 decodes in 134 us a layer on B200 and 171 us on H200, of which the other
 * operators leave 40 and 65 us for this module, where the tables have 95 and 94.
 */
function latentIdle(table: LatentTable, composedAt: (heads: number) => Seconds): Seconds {
  const heads = table.grid.axes[0] ?? [];
  const beyond = heads.map((count) => timeAt(table.grid, [count, 1, 1]) - composedAt(count));
  return Math.max(0, Math.min(...beyond));
}

/** The shape of the measured module with so many heads. */
function measuredLatent(shape: LatentShape, heads: number): LatentShape {
  return { ...shape, attention: MEASURED_LATENT, hiddenSize: 7168, heads };
}

/** Time of a shape over that of the measured one (DeepSeek-V3's) at so many tokens: they differ where hidden size or ranks do. */
function latentRatio(fallback: OperatorTimes, shape: LatentShape, tokens: number): number {
  const measured = measuredLatent(shape, shape.heads);
  return fallback.latentPrompt(shape)(tokens) / fallback.latentPrompt(measured)(tokens);
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

function promptTime(table: AttentionTable, { heads, headDim }: AttentionShape): PromptTime {
  const widths = headDim / table.headDim;
  const knots = table.grid.axes[1] ?? [];
  const empty = timeAt(table.grid, [heads, 1]);
  return curve(knots, (tokens) => (timeAt(table.grid, [heads, tokens]) - empty) * widths);
}

/** Straight between the knots; beyond the last the time grows with the number of query-key pairs. */
function curve(knots: readonly number[], timeOf: (tokens: number) => Seconds): PromptTime {
  const line = throughPoints([0, ...knots.slice(1)], knots.map(timeOf));
  const longest = knots.at(-1) ?? 1;
  const atLongest = timeOf(longest);
  return (tokens) => {
    const ratio = tokens / longest;
    return ratio <= 1 ? valueAt(line, tokens) : atLongest * ratio * ratio;
  };
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
