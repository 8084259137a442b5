import { encodeTime } from '../../hardware-profiles/time-codes.ts';
import type { FittedGrid, KernelTables } from '../../hardware-profiles/kernel-tables.ts';

/** The text of a kernel table: JSON with one table per line. */
export function printKernelTables(
  tables: Omit<KernelTables, 'name'>,
  sources: Readonly<Record<string, string>>,
): string {
  const head = {
    about: [
      'Measured kernels, thinned out by npm run fit-profiles: do not edit.',
      'times: two base-64 digits (A-Z a-z 0-9 - _) each, 100 ns x e^(0.0045 code); the last axis runs fastest.',
      'fit: absolute relative errors of interpolation at measured points that the grid does not hold.',
    ],
    gpu: tables.gpu,
    engine: 'vllm',
    version: tables.version,
    sources,
    left_out: tables.leftOut,
  };
  const sections = [
    section('gemm', tables.gemm, ({ format, grid }) => ({ format, ...axes(grid, 'n', 'k', 'm') })),
    section('decode_attention', tables.decodeAttention, ({ headDim, kvDtype, window, grid }) => ({
      head_dim: headDim,
      kv: kvDtype,
      window,
      ...axes(grid, 'kv_heads', 'rows', 'context'),
    })),
    section('prefill_attention', tables.prefillAttention, ({ headDim, kvDtype, window, grid }) => ({
      head_dim: headDim,
      kv: kvDtype,
      window,
      ...axes(grid, 'heads', 'tokens'),
    })),
    section('experts', tables.experts, (table) => ({
      format: table.format,
      hidden: table.hiddenSize,
      width: table.width,
      experts: table.experts,
      top_k: table.topK,
      sharing: table.sharing,
      tokens: table.grid.axes[1],
    })),
    section('latent_decode', tables.latentDecode, ({ kvDtype, format, grid }) => ({
      kv: kvDtype,
      format,
      ...axes(grid, 'heads', 'rows', 'context'),
    })),
    section('latent_prefill', tables.latentPrefill, ({ kvDtype, format, grid }) => ({
      kv: kvDtype,
      format,
      ...axes(grid, 'heads', 'tokens'),
    })),
    section('all_reduce', tables.allReduce, ({ inGraph, grid }) => ({
      graph: inGraph,
      ...axes(grid, 'gpus', 'bytes'),
    })),
  ];
  const opened = JSON.stringify(head, undefined, 1).replace(/\n}$/, '');
  return `${opened},\n${sections.join(',\n')}\n}\n`;
}

function section<Table extends FittedGrid>(
  name: string,
  tables: readonly Table[],
  headOf: (table: Table) => object,
): string {
  const lines = tables.map((table) =>
    JSON.stringify({
      ...headOf(table),
      fit: table.fit,
      times: Array.from(table.grid.times, encodeTime).join(''),
    }),
  );
  return ` "${name}": [${lines.length === 0 ? '' : `\n  ${lines.join(',\n  ')}\n `}]`;
}

function axes(grid: FittedGrid['grid'], ...names: readonly string[]): object {
  return Object.fromEntries(names.map((name, index) => [name, grid.axes[index]]));
}
