import { grouped } from '../../base/grouped.ts';
import type { AttentionTable } from '../../hardware-profiles/kernel-tables.ts';
import { median, numberOf, textOf, type MeasuredRow } from './measured-rows.ts';
import { fitError, monotone, thinGrid, type Measured } from './thin-grid.ts';

const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const CONTEXT = [2, 128, 512, 1024, 2048, 4096, 8192, 16384, 32768, 131072];
const HEADS = [1, 2, 4, 8, 16, 32, 64, 96];
const TOKENS = [1, 64, 128, 256, 512, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384];
const HEAD_DIMS: ReadonlySet<number> = new Set([64, 128, 256]);

/** What the GPU can do: measured times are checked and corrected with it. */
export interface GpuLimits {
  readonly bytesPerSecond: number;
  readonly l2Bytes: number;
  /** Dense BF16 peak. */
  readonly flopPerSecond: number;
  /** The attention kernel that vLLM runs on it where the tables name kernels; tables that name none are left out. */
  readonly decodeKernel?: string;
  /** The same for routed experts in FP8: their rows of other kernels are left out. */
  readonly fp8ExpertKernel?: string;
}

export interface AttentionFit {
  readonly tables: readonly AttentionTable[];
  /** What was left out, and why. */
  readonly leftOut: readonly string[];
}

/**
 * Thins the rows of decode attention (batch_size, step = context - 1, num_key_value_heads, head_dim, latency in ms) to
 * (KV heads, rows, context). Query heads hardly matter (a few per cent up to 16 per KV head): their median is taken,
 * without the case of one query head per KV head where others were measured.
 *
 * A cache below twice the L2 cache stays there between repetitions, which it does not between layers of a model: such a
 * time is raised to that of an empty context plus the cache's bytes at the rate of large caches.
 */
export function decodeAttentionTables(rows: readonly MeasuredRow[], memory: GpuLimits): AttentionFit {
  const { decodeKernel } = memory;
  if (decodeKernel !== undefined && !rows.some((row) => textOf(row, 'kernel_source').includes(decodeKernel)))
    return {
      tables: [],
      leftOut:
        rows.length === 0
          ? []
          : [
              `decode attention: names no ${decodeKernel}, and takes up to three times its time at 1 and 2 KV heads`,
            ],
    };
  const tables = attentionGroups(rows).flatMap(({ headDim, kvDtype, window, own }) => {
    const groupedQueries = own.filter(
      (row) => numberOf(row, 'num_heads') > numberOf(row, 'num_key_value_heads'),
    );
    const points = medians(groupedQueries.length > 0 ? groupedQueries : own, (row) => [
      numberOf(row, 'num_key_value_heads'),
      numberOf(row, 'batch_size'),
      numberOf(row, 'step') + 1,
    ]);
    const bytes = (kvHeads: number, batch: number, context: number): number =>
      2 *
      kvHeads *
      headDim *
      (kvDtype === 'fp8' ? 1 : 2) *
      batch *
      (window > 0 ? Math.min(window, context) : context);
    const lines = grouped(points, ({ point }) => `${point[0]},${point[1]}`);
    const measured = [...lines.values()].flatMap((line) => {
      const sorted = [...line].sort((a, b) => (a.point[2] ?? 0) - (b.point[2] ?? 0));
      const [kvHeads = 1, batch = 1] = sorted[0]?.point ?? [];
      const sizes = sorted.map(({ point }) => bytes(kvHeads, batch, point[2] ?? 0));
      const times = coldTimes(
        sorted.map(({ time }) => time),
        sizes,
        memory,
      );
      return times.map((time, index) => ({ point: sorted[index]?.point ?? [], time }));
    });
    const axes = [kept([1, 2, 4, 8], measured, 0), kept(ROWS, measured, 1), kept(CONTEXT, measured, 2)];
    const grid = thinGrid(axes, measured);
    return grid === undefined ? [] : [{ headDim, kvDtype, window, grid, fit: fitError(grid, measured) }];
  });
  return { tables, leftOut: [] };
}

/**
 * Thins the rows of prompt attention (one sequence, isl, num_heads, head_dim, latency in ms) to (heads, tokens). Left
 * out are tables in which long prompts beat the GPU's peak.
 */
export function prefillAttentionTables(
  rows: readonly MeasuredRow[],
  { flopPerSecond }: GpuLimits,
): AttentionFit {
  const alone = rows.filter((row) => numberOf(row, 'batch_size') === 1);
  const leftOut: string[] = [];
  const tables = attentionGroups(alone).flatMap(({ headDim, kvDtype, window, own }): AttentionTable[] => {
    const shares = own
      .filter((row) => numberOf(row, 'isl') >= 1024)
      .map((row) => rateOf(row) / flopPerSecond);
    const beyond = shares.filter((share) => share > 1).length;
    if (beyond > 0.05 * shares.length) {
      leftOut.push(
        `prompt attention, head size ${headDim}, ${kvDtype} KV: ${beyond} of ${shares.length} long prompts beat the peak, up to ${Math.max(...shares).toFixed(0)} times`,
      );
      return [];
    }
    const groupedQueries = own.filter(
      (row) => numberOf(row, 'num_heads') > numberOf(row, 'num_key_value_heads'),
    );
    const points = medians(groupedQueries, (row) => [numberOf(row, 'num_heads'), numberOf(row, 'isl')]);
    const lines = grouped(points, ({ point }) => `${point[0]}`);
    const measured = [...lines.values()].flatMap((line) => {
      const sorted = [...line].sort((a, b) => (a.point[1] ?? 0) - (b.point[1] ?? 0));
      return monotone(sorted.map(({ time }) => time)).map((time, index) => ({
        point: sorted[index]?.point ?? [],
        time,
      }));
    });
    const axes = [kept(HEADS, measured, 0), kept(TOKENS, measured, 1)];
    const grid = axes.some((axis) => axis.length === 0) ? undefined : thinGrid(axes, measured);
    return grid === undefined ? [] : [{ headDim, kvDtype, window, grid, fit: fitError(grid, measured) }];
  });
  return { tables, leftOut };
}

/** Flop per second of a causal prompt. */
function rateOf(row: MeasuredRow): number {
  const tokens = numberOf(row, 'isl');
  const flop = 2 * numberOf(row, 'num_heads') * numberOf(row, 'head_dim') * tokens * (tokens + 1);
  return flop / (numberOf(row, 'latency') * 1e-3);
}

interface AttentionGroup {
  readonly headDim: number;
  readonly kvDtype: 'bf16' | 'fp8';
  readonly window: number;
  readonly own: MeasuredRow[];
}

function attentionGroups(rows: readonly MeasuredRow[]): AttentionGroup[] {
  const groups = grouped(rows, (row) =>
    [numberOf(row, 'head_dim'), textOf(row, 'kv_cache_dtype'), windowOf(row)].join(),
  );
  return [...groups.values()]
    .map((own): AttentionGroup => {
      const first = own[0] ?? {};
      return {
        headDim: numberOf(first, 'head_dim'),
        kvDtype: textOf(first, 'kv_cache_dtype') === 'fp8' ? 'fp8' : 'bf16',
        window: windowOf(first),
        own,
      };
    })
    .filter(({ headDim, window }) => HEAD_DIMS.has(headDim) && window === 0)
    .sort((a, b) => a.headDim - b.headDim || (a.kvDtype < b.kvDtype ? -1 : 1));
}

function windowOf(row: MeasuredRow): number {
  const window = numberOf(row, 'window_size');
  return Number.isNaN(window) || window < 0 ? 0 : window;
}

function medians(rows: readonly MeasuredRow[], pointOf: (row: MeasuredRow) => number[]): Measured[] {
  const groups = grouped(rows, (row) => pointOf(row).join());
  return [...groups.values()].map((group) => ({
    point: pointOf(group[0] ?? {}),
    time: median(group.map((row) => numberOf(row, 'latency'))) * 1e-3,
  }));
}

/**
 * Decode attention over a growing context, `sizes` = bytes of cache at each time: as if the L2 cache held nothing of it,
 * non-decreasing, and never faster than memory.
 */
export function coldTimes(times: readonly number[], sizes: readonly number[], memory: GpuLimits): number[] {
  const empty = times[0] ?? 0;
  const rates = times.flatMap((time, index) =>
    (sizes[index] ?? 0) > 4 * memory.l2Bytes ? [(sizes[index] ?? 0) / (time - empty)] : [],
  );
  const { bytesPerSecond } = memory;
  const rate = Math.min(bytesPerSecond, rates.length === 0 ? 0.9 * bytesPerSecond : median(rates));
  const cold = times.map((time, index) => {
    const size = sizes[index] ?? 0;
    return size < 2 * memory.l2Bytes ? Math.max(time, empty + size / rate) : time;
  });
  return withinBandwidth(monotone(cold), sizes, memory);
}

/** Raised where a longer context is read faster than memory delivers it: what the L2 cache still held. */
function withinBandwidth(
  times: readonly number[],
  sizes: readonly number[],
  { bytesPerSecond }: GpuLimits,
): number[] {
  const raised: number[] = [];
  for (const [index, time] of times.entries()) {
    const before = raised[index - 1];
    const more = (sizes[index] ?? 0) - (sizes[index - 1] ?? 0);
    raised.push(before === undefined ? time : Math.max(time, before + more / bytesPerSecond));
  }
  return raised;
}

function kept(wanted: readonly number[], measured: readonly Measured[], axis: number): number[] {
  const present = new Set(measured.map(({ point }) => point[axis]));
  return wanted.filter((value) => present.has(value));
}
