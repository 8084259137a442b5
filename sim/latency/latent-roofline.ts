import type { Seconds, Tokens } from '../../base/units.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import { kvElementBytes } from '../../hardware-profiles/kv-layout.ts';
import type { LatentShape, OperatorTimes } from './operator-times.ts';
import { straightLine, type PiecewiseLine } from './piecewise-line.ts';

/** Multi-head latent attention with its projections, from the GPU's peaks. `gemm` = times of matrices. */
export function latentRoofline(
  gpu: GpuProfile,
  gemm: OperatorTimes['gemm'],
): Pick<OperatorTimes, 'latentDecode' | 'latentPrompt'> {
  const { decodeAttention, prefillAttention } = gpu.architecture;
  const arithmetic = prefillAttention.flops.value * gpu.peak.bf16.value;

  /** Queries down and up, latent vector, output. */
  const projections = ({ attention, heads, hiddenSize, format }: LatentShape, tokens: Tokens): Seconds => {
    const { queryRank, latentRank, nopeDim, ropeDim, valueDim } = attention;
    const queryWidth = heads * (nopeDim + ropeDim);
    const queries =
      queryRank === 0
        ? gemm(format, tokens, queryWidth + latentRank + ropeDim, hiddenSize)
        : gemm(format, tokens, queryRank + latentRank + ropeDim, hiddenSize) +
          gemm(format, tokens, queryWidth, queryRank);
    return queries + gemm(format, tokens, hiddenSize, heads * valueDim);
  };

  return {
    /** Absorbed form: every head attends to the latent vector itself (DeepSeek-V2, arXiv 2405.04434, 2.1). */
    latentDecode(shape, rows): PiecewiseLine {
      const { latentRank, ropeDim, nopeDim, valueDim } = shape.attention;
      const absorbed = gemm('bf16', rows, shape.heads * latentRank, nopeDim + valueDim);
      const bytes = (latentRank + ropeDim) * kvElementBytes(shape.kvDtype);
      const flop = 2 * shape.heads * (2 * latentRank + ropeDim);
      return straightLine(
        projections(shape, rows) +
          absorbed +
          decodeAttention.latency.value +
          decodeAttention.perRow.value * rows * 8,
        Math.max(bytes / (decodeAttention.bandwidth.value * gpu.memoryBandwidth.value), flop / arithmetic),
      );
    },

    /** Expanded form: keys and values of every head are made from the latent vector, then plain causal attention. */
    latentPrompt: (shape) => (tokens) => {
      if (tokens === 0) return 0;
      const { latentRank, ropeDim, nopeDim, valueDim } = shape.attention;
      const expanded = gemm(shape.format, tokens, shape.heads * (nopeDim + valueDim), latentRank);
      const pairs = (tokens * (tokens + 1)) / 2;
      const attended = (2 * shape.heads * (nopeDim + ropeDim + valueDim) * pairs) / arithmetic;
      return projections(shape, tokens) + expanded + attended;
    },
  };
}
