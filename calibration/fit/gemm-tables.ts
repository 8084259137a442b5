import { grouped } from '../../base/grouped.ts';
import type { KernelTables } from '../../hardware-profiles/kernel-tables.ts';
import type { WeightFormat } from '../../hardware-profiles/model-profile.ts';
import { median, numberOf, textOf, type MeasuredRow } from './measured-rows.ts';
import { fitError, monotone, thinGrid, type Measured } from './thin-grid.ts';

/** Sizes that the thinned tables keep, where they were measured. */
const SIZES = [128, 512, 1024, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 65536];
const TOKENS = [
  1, 4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192,
];

/** Names of formats in the measured tables. */
export const MEASURED_FORMATS: Readonly<Record<string, WeightFormat>> = {
  bfloat16: 'bf16',
  fp8: 'fp8',
  fp8_block: 'fp8-block',
  int4_wo: 'int4',
  nvfp4: 'nvfp4',
  w4a16_mxfp4: 'mxfp4',
};

/**
 * Thins the rows (gemm_dtype, m, n, k, latency in ms) of one GPU and version to a grid per format. Rows at m and m+1
 * are averaged (tile edges), times are made monotone in m. Left out are formats
 * - whose FP8 is no faster than BF16 at m >= 2048 (vLLM 0.14's tables: they do not show the kernels that run), and
 * - whose smallest matrix takes over 25 us: such a table shows the time that the CPU needs to start the kernels, which
 *   a CUDA graph hides.
 */
export function gemmTables(rows: readonly MeasuredRow[]): {
  readonly tables: KernelTables['gemm'];
  readonly leftOut: readonly string[];
} {
  const tables: KernelTables['gemm'][number][] = [];
  const leftOut: string[] = [];
  const byFormat = grouped(rows, (row) => textOf(row, 'gemm_dtype'));
  const large = new Map([...byFormat].map(([format, own]) => [format, largeTimes(own)]));
  for (const [measuredFormat, own] of byFormat) {
    const format = MEASURED_FORMATS[measuredFormat];
    if (format === undefined) continue;
    const ratio = format.startsWith('fp8') ? ratioTo(large.get(measuredFormat), large.get('bfloat16')) : 0;
    const smallest = Math.min(...own.map((row) => numberOf(row, 'latency'))) * 1e-3;
    if (ratio > SLOWEST_FP8) {
      leftOut.push(`gemm ${format}: takes ${ratio.toFixed(2)} of the time of bf16 at m >= 2048`);
    } else if (smallest > HOST_BOUND) {
      leftOut.push(
        `gemm ${format}: no matrix below ${(smallest * 1e6).toFixed(0)} us, the time to start kernels`,
      );
    } else {
      const measured = smoothed(own);
      const axes = [kept(SIZES, own, 'n'), kept(SIZES, own, 'k'), kept(TOKENS, own, 'm')];
      const grid = thinGrid(axes, [...measured, ...completed(measured, axes)]);
      if (grid !== undefined) tables.push({ format, grid, fit: fitError(grid, measured) });
    }
  }
  return { tables, leftOut };
}

const SLOWEST_FP8 = 0.97;
const HOST_BOUND = 25e-6;

/** Times of large matrices, by shape. */
function largeTimes(rows: readonly MeasuredRow[]): Map<string, number> {
  return new Map(
    rows
      .filter((row) =>
        [numberOf(row, 'm'), numberOf(row, 'n'), numberOf(row, 'k')].every((size) => size >= 2048),
      )
      .map((row) => [`${row['m']},${row['n']},${row['k']}`, numberOf(row, 'latency')]),
  );
}

function ratioTo(
  own: ReadonlyMap<string, number> | undefined,
  other: ReadonlyMap<string, number> | undefined,
): number {
  const ratios = [...(own ?? [])].map(([shape, time]) => time / (other?.get(shape) ?? NaN));
  return median(ratios.filter((ratio) => !Number.isNaN(ratio)));
}

/** Twins m and m+1 averaged, then monotone in m; points are (n, k, m). */
function smoothed(rows: readonly MeasuredRow[]): Measured[] {
  const lines = grouped(rows, (row) => `${row['n']},${row['k']}`);
  return [...lines.values()].flatMap((line) => {
    const times = new Map(line.map((row) => [numberOf(row, 'm'), numberOf(row, 'latency') * 1e-3]));
    const ms = [...times.keys()].filter((m) => m < 17 || !times.has(m - 1)).sort((a, b) => a - b);
    const averaged = ms.map((m) => {
      const own = times.get(m) ?? NaN;
      const twin = m >= 16 ? times.get(m + 1) : undefined;
      return twin === undefined ? own : (own + twin) / 2;
    });
    const n = numberOf(line[0] ?? {}, 'n');
    const k = numberOf(line[0] ?? {}, 'k');
    return monotone(averaged).map((time, index) => ({ point: [n, k, ms[index] ?? NaN], time }));
  });
}

/**
 * Shapes too large to have been measured: the time grows with n * k, so that a missing (n, k) is the largest measured
 * one of the same n, times the ratio of k. Only corners of the grid need it.
 */
function completed(measured: readonly Measured[], axes: readonly (readonly number[])[]): Measured[] {
  const [ns = [], ks = []] = axes;
  const lines = grouped(measured, ({ point }) => `${point[0]},${point[1]}`);
  return ns.flatMap((n) =>
    ks.flatMap((k) => {
      if (lines.has(`${n},${k}`)) return [];
      const smaller = ks.findLast((other) => other < k && lines.has(`${n},${other}`));
      return (lines.get(`${n},${smaller}`) ?? []).map(({ point, time }) => ({
        point: [n, k, point[2] ?? NaN],
        time: (time * k) / (smaller ?? k),
      }));
    }),
  );
}

function kept(wanted: readonly number[], rows: readonly MeasuredRow[], column: string): number[] {
  const present = new Set(rows.map((row) => numberOf(row, column)));
  return wanted.filter((size) => present.has(size));
}
