import { pow } from '../../base/math.ts';
import type { Bytes, Seconds, Tokens } from '../../base/units.ts';
import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import { kvElementBytes } from '../../hardware-profiles/kv-layout.ts';
import { WEIGHT_BYTES, type WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type { AttentionShape, OperatorTimes } from './operator-times.ts';
import { latentRoofline } from './latent-roofline.ts';
import { straightLine } from './piecewise-line.ts';

/** Operator times from peaks and the shares of them that kernels reach: for GPUs and shapes without measured kernels. */
export function roofline(gpu: GpuProfile): OperatorTimes {
  const { gemm, decodeAttention, prefillAttention, elementwise } = gpu.architecture;
  const memory = gpu.memoryBandwidth.value;

  /** latency + the soft maximum of memory and arithmetic time. */
  const matrix = (format: WeightFormat, bytes: Bytes, flop: number): Seconds => {
    const arithmetic = arithmeticOf(gpu, format);
    const bandwidth = WEIGHT_BYTES[format] < 1 ? gemm.fourBit.bandwidth : arithmetic.efficiency.bandwidth;
    return (
      gemm.latency.value +
      softMaximum(
        bytes / (bandwidth.value * memory),
        flop / (arithmetic.efficiency.flops.value * arithmetic.peak),
      )
    );
  };

  const gemmTime: OperatorTimes['gemm'] = (format, m, n, k) =>
    matrix(format, n * k * WEIGHT_BYTES[format] + 2 * m * (n + k), 2 * m * n * k);

  return {
    ...latentRoofline(gpu, gemmTime),
    gemm: gemmTime,

    experts(shape, tokens) {
      const gpus = shape.tensorParallelSize * shape.expertParallelSize;
      const touched = activeExperts(shape, tokens);
      const weights = (3 * shape.hiddenSize * shape.width) / gpus;
      // Each touched expert multiplies whole tiles of 16 rows, however few tokens it got.
      const rows = Math.max(tokens * shape.topK, touched * 16);
      return (
        gemm.latency.value +
        matrix(shape.format, touched * weights * WEIGHT_BYTES[shape.format], 2 * rows * weights)
      );
    },

    allReduce(bytes, gpus, inGraph) {
      if (gpus < 2) return 0;
      const { floor, eagerFloor, busBandwidth } = gpu.scaleUp.allReduce;
      const moved = (2 * (gpus - 1) * bytes) / gpus;
      return Math.max(inGraph ? 0 : eagerFloor.value, floor.value + moved / busBandwidth.value);
    },

    decodeAttention(shape, rows) {
      const share = shape.kvDtype === 'fp8' ? decodeAttention.fp8Bandwidth : decodeAttention.bandwidth;
      return straightLine(
        decodeAttention.latency.value + decodeAttention.perRow.value * rows * shape.kvHeads,
        kvBytesPerToken(shape) / (share.value * memory),
      );
    },

    promptLatency: () => prefillAttention.latency.value,

    promptAttention({ heads, kvHeads, headDim }) {
      const perPair = (4 * heads * headDim) / (prefillAttention.flops.value * gpu.peak.bf16.value);
      const perToken = (2 * 2 * (heads + kvHeads) * headDim) / (prefillAttention.bandwidth.value * memory);
      return (tokens) => perPair * ((tokens * (tokens + 1)) / 2) + perToken * tokens;
    },

    elementwise(bytes, workingSet) {
      const held = workingSet <= 0 ? 1 : Math.min(1, gpu.l2Cache.value / workingSet);
      return bytes / ((1 + held) * elementwise.bandwidth.value * memory);
    },
  };
}

/** Bytes that one token takes in the KV cache of the layer on the GPU. */
function kvBytesPerToken({ kvHeads, headDim, kvDtype }: AttentionShape): Bytes {
  return 2 * kvHeads * headDim * kvElementBytes(kvDtype);
}

/**
 * Experts that at least one of `tokens` tokens visits. Independent uniform routing gives E (1 - (1 - k/E)^T); real
 * routing repeats itself, which counts as fewer tokens: T / 1.4 (middle of the 1.2 to 1.6 that power-law routing shows).
 */
function activeExperts(
  { experts, topK }: { readonly experts: number; readonly topK: number },
  tokens: Tokens,
): number {
  const effective = Math.max(1, tokens / ROUTING_SKEW);
  return experts * (1 - pow(1 - topK / experts, effective));
}

const ROUTING_SKEW = 1.4;

/** What the tensor cores compute in when weights are stored in `format`, and the share of the peak that they reach. */
export function arithmeticOf(gpu: GpuProfile, format: WeightFormat) {
  const { bf16, fp8 } = gpu.architecture.gemm;
  if (format === 'nvfp4' && gpu.peak.fp4 !== undefined) return { peak: gpu.peak.fp4.value, efficiency: fp8 };
  if ((format === 'fp8' || format === 'fp8-block') && gpu.peak.fp8 !== undefined)
    return { peak: gpu.peak.fp8.value, efficiency: fp8 };
  if (format === 'int8' && gpu.peak.int8 !== undefined) return { peak: gpu.peak.int8.value, efficiency: fp8 };
  return { peak: gpu.peak.bf16.value, efficiency: bf16 };
}

/** (a^6 + b^6)^(1/6): the larger, rounded up by at most 12 % where both are equal. */
function softMaximum(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === 0 ? 0 : larger * pow(1 + pow(Math.min(a, b) / larger, 6), 1 / 6);
}
