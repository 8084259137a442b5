import { grouped } from '../../base/grouped.ts';
import type { LatentTable } from '../../hardware-profiles/kernel-tables.ts';
import { MEASURED_FORMATS } from './gemm-tables.ts';
import { median, numberOf, textOf, type MeasuredRow } from './measured-rows.ts';
import { fitError, monotone, thinGrid, type Measured } from './thin-grid.ts';

const HEADS = [8, 16, 32, 64, 128];
const ROWS = [1, 4, 16, 32, 64, 128, 256, 512, 1024];
const CONTEXT = [2, 512, 1024, 2048, 4096, 8192, 16384, 65536, 131072];
const TOKENS = [1, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];

/** Thins the rows of latent attention in decode (whole module: projections and attention) to (heads, rows, context). */
export function latentDecodeTables(rows: readonly MeasuredRow[]): LatentTable[] {
  return tables(
    rows,
    // The step column counts the tokens before the new one.
    (row) => [numberOf(row, 'num_heads'), numberOf(row, 'batch_size'), numberOf(row, 'step')],
    [HEADS, ROWS, CONTEXT],
  );
}

/** Thins the rows of latent attention for one prompt (whole module) to (heads, tokens). */
export function latentPrefillTables(rows: readonly MeasuredRow[]): LatentTable[] {
  return tables(
    rows.filter((row) => numberOf(row, 'batch_size') === 1 && numberOf(row, 'step') === 0),
    (row) => [numberOf(row, 'num_heads'), numberOf(row, 'isl')],
    [HEADS, TOKENS],
  );
}

function tables(
  rows: readonly MeasuredRow[],
  pointOf: (row: MeasuredRow) => number[],
  wanted: readonly (readonly number[])[],
): LatentTable[] {
  const groups = grouped(rows, (row) => `${textOf(row, 'kv_cache_dtype')},${textOf(row, 'gemm_type')}`);
  return [...groups.values()].flatMap((own) => {
    const format = MEASURED_FORMATS[textOf(own[0] ?? {}, 'gemm_type')];
    if (format === undefined) return [];
    const byPoint = grouped(own, (row) => pointOf(row).join());
    const points: Measured[] = [...byPoint.values()].map((group) => ({
      point: pointOf(group[0] ?? {}),
      time: median(group.map((row) => numberOf(row, 'latency'))) * 1e-3,
    }));
    const lines = grouped(points, ({ point }) => point.slice(0, -1).join());
    const measured = [...lines.values()].flatMap((line) => {
      const sorted = [...line].sort((a, b) => (a.point.at(-1) ?? 0) - (b.point.at(-1) ?? 0));
      return monotone(sorted.map(({ time }) => time)).map((time, index) => ({
        point: sorted[index]?.point ?? [],
        time,
      }));
    });
    const axes = wanted.map((values, axis) => {
      const present = new Set(measured.map(({ point }) => point[axis]));
      return values.filter((value) => present.has(value));
    });
    const grid = axes.some((axis) => axis.length === 0) ? undefined : thinGrid(axes, measured);
    const kvDtype = textOf(own[0] ?? {}, 'kv_cache_dtype') === 'fp8' ? ('fp8' as const) : ('bf16' as const);
    return grid === undefined ? [] : [{ kvDtype, format, grid, fit: fitError(grid, measured) }];
  });
}
