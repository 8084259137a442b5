import { grouped } from '../../base/grouped.ts';
import type { ExpertTable } from '../../hardware-profiles/kernel-tables.ts';
import type { GpuLimits } from './attention-tables.ts';
import { MEASURED_FORMATS } from './gemm-tables.ts';
import { median, numberOf, textOf, type MeasuredRow } from './measured-rows.ts';
import { fitError, monotone, thinGrid, type Measured } from './thin-grid.ts';

const TOKENS = [1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 1024, 2048, 4096, 8192, 16384];

/** One GPU, each expert cut over 2 to 8, or whole experts spread over 2 to 8. */
const SHARING: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 1],
  [4, 1],
  [8, 1],
  [1, 2],
  [1, 4],
  [1, 8],
];

/**
 * Thins the rows of routed experts (num_tokens, hidden_size, inter_size, topk, num_experts, moe_tp_size, moe_ep_size,
 * latency in ms) to curves over tokens per shape, one per way of sharing. Taken are the two power-law routings, whose
 * times differ by a few per cent: real routers are uneven, and a balanced one reaches all experts too early.
 *
 * FP8 rows of a kernel that vLLM does not run on the GPU are left out: the collector of early versions called the Triton
 * kernel itself (kernel_source vllm_fused_moe), where vLLM chooses FlashInfer's on compute capability 10.x
 * (vllm/model_executor/layers/fused_moe/oracle/fp8.py).
 */
export function expertTables(
  rows: readonly MeasuredRow[],
  { fp8ExpertKernel }: Pick<GpuLimits, 'fp8ExpertKernel'> = {},
): { readonly tables: readonly ExpertTable[]; readonly leftOut: readonly string[] } {
  const runs = (row: MeasuredRow): boolean =>
    fp8ExpertKernel === undefined ||
    !textOf(row, 'moe_dtype').startsWith('fp8') ||
    textOf(row, 'kernel_source').includes(fp8ExpertKernel);
  const uneven = rows.filter((row) => textOf(row, 'distribution').startsWith('power_law') && runs(row));
  const others = new Set(rows.filter((row) => !runs(row)).map((row) => textOf(row, 'kernel_source')));
  return {
    tables: curvesOf(uneven),
    leftOut:
      others.size === 0
        ? []
        : [`experts fp8: ${[...others].join(', ')} measured, where vLLM runs ${fp8ExpertKernel ?? ''}`],
  };
}

function curvesOf(uneven: readonly MeasuredRow[]): ExpertTable[] {
  const shapes = grouped(uneven, (row) => SHAPE.map((key) => row[key]).join());
  return [...shapes.values()].flatMap((own) => {
    const first = own[0] ?? {};
    const format = MEASURED_FORMATS[textOf(first, 'moe_dtype')];
    if (format === undefined) return [];
    const curves = SHARING.map((sharing) => curveOf(own, sharing));
    const measuredSharing = SHARING.filter((_, index) => (curves[index]?.length ?? 0) > 1);
    const measured = curves
      .filter((curve) => curve.length > 1)
      .flatMap((curve, index) => curve.map(({ point, time }) => ({ point: [index, ...point], time })));
    const present = new Set(measured.map(({ point }) => point[1]));
    const tokens = TOKENS.filter((count) => present.has(count));
    const grid =
      measuredSharing.length === 0 || tokens.length < 2
        ? undefined
        : thinGrid([measuredSharing.map((_, index) => index), tokens], measured);
    if (grid === undefined) return [];
    return [
      {
        format,
        hiddenSize: numberOf(first, 'hidden_size'),
        width: numberOf(first, 'inter_size'),
        experts: numberOf(first, 'num_experts'),
        topK: numberOf(first, 'topk'),
        sharing: measuredSharing,
        grid,
        fit: fitError(grid, measured),
      },
    ];
  });
}

const SHAPE = ['moe_dtype', 'hidden_size', 'inter_size', 'num_experts', 'topk'];

/** Times over tokens for one way of sharing, monotone; of repeated rows the median. */
function curveOf(rows: readonly MeasuredRow[], [tensor, expert]: readonly [number, number]): Measured[] {
  const own = rows.filter(
    (row) => numberOf(row, 'moe_tp_size') === tensor && numberOf(row, 'moe_ep_size') === expert,
  );
  const byTokens = grouped(own, (row) => `${numberOf(row, 'num_tokens')}`);
  const tokens = [...byTokens.keys()].map(Number).sort((a, b) => a - b);
  const times = tokens.map(
    (count) => median((byTokens.get(`${count}`) ?? []).map((row) => numberOf(row, 'latency'))) * 1e-3,
  );
  return monotone(times).map((time, index) => ({ point: [tokens[index] ?? NaN], time }));
}
