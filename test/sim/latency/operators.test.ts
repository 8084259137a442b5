import { describe, expect, it } from 'vitest';

import { loadGpu } from '../../../hardware-profiles/gpu-profile.ts';
import { kvElementBytes } from '../../../hardware-profiles/kv-layout.ts';
import { loadEngine } from '../../../hardware-profiles/load-engine.ts';
import { WEIGHT_BYTES, type WeightFormat } from '../../../hardware-profiles/model-profile.ts';
import { operatorsOf } from '../../../sim/latency/operators-of.ts';
import type { AttentionShape } from '../../../sim/latency/operator-times.ts';
import { valueAt } from '../../../sim/latency/piecewise-line.ts';
import { shippedProfiles } from '../../support/profiles.ts';

const gpu = (name: string) => loadGpu(shippedProfiles, name);
const engine = (name: string) => loadEngine(shippedProfiles, name);
const combinations = shippedProfiles
  .names('gpus')
  .flatMap((name) =>
    ['vllm-0.12', 'vllm-0.19', 'vllm-0.33'].map((version): [string, string] => [name, version]),
  );

/** What the tensor cores reach with weights of this format: four-bit weights without four-bit arithmetic run as BF16. */
function peakOf({ peak }: ReturnType<typeof gpu>, format: WeightFormat): number {
  const own = new Map([
    ['fp8', peak.fp8],
    ['fp8-block', peak.fp8],
    ['int8', peak.int8],
    ['nvfp4', peak.fp4],
  ]).get(format);
  return (own ?? peak.bf16).value;
}

const FORMATS: readonly WeightFormat[] = ['bf16', 'fp8', 'fp8-block', 'int8', 'int4', 'mxfp4', 'nvfp4'];
const shape = (heads: number, kvHeads: number, kvDtype: 'bf16' | 'fp8' = 'bf16'): AttentionShape => ({
  heads,
  kvHeads,
  headDim: 128,
  kvDtype,
});

describe.each(combinations)('operators of %s under %s', (name, version) => {
  const profile = gpu(name);
  const operators = operatorsOf(profile, engine(version));
  const memory = profile.memoryBandwidth.value;

  it('no matrix beats the arithmetic of its format or the memory', () => {
    for (const format of FORMATS) {
      const peak = peakOf(profile, format);
      for (const [m, n, k] of [
        [1, 4096, 4096],
        [64, 8192, 8192],
        [4096, 8192, 8192],
        [16384, 28672, 8192],
        [256, 151936, 5120],
        [16384, 4096, 4096],
      ] as const) {
        const time = operators.gemm(format, m, n, k);
        expect((2 * m * n * k) / time).toBeLessThanOrEqual(peak * (1 + 1e-12));
        // A small matrix may lie in the L2 cache from the repetition before.
        if (n * k * WEIGHT_BYTES[format] > 4 * profile.l2Cache.value)
          expect((n * k * WEIGHT_BYTES[format]) / time).toBeLessThan(1.02 * memory);
      }
    }
  });

  it('no prompt beats BF16 arithmetic, no decode attention the memory', () => {
    for (const attention of [shape(32, 8), shape(8, 1), shape(64, 8, 'fp8')]) {
      const prompt = operators.promptAttention(attention);
      for (const tokens of [4096, 16384, 100_000]) {
        const flop = 2 * attention.heads * attention.headDim * tokens * tokens;
        expect(flop / prompt(tokens)).toBeLessThan(profile.peak.bf16.value);
      }
      const bytes = 2 * attention.kvHeads * attention.headDim * kvElementBytes(attention.kvDtype);
      for (const rows of [1, 32, 256]) {
        const line = operators.decodeAttention(attention, rows);
        const context = rows * 100_000;
        expect((bytes * context) / valueAt(line, context)).toBeLessThan(1.02 * memory);
      }
    }
  });

  it('times grow with size', () => {
    // A donor's times, scaled by the ratio of two smooth rooflines, may give way by a few per cent at their knees.
    const give = profile.kernels.nearest(engine(version)).length > 0 ? 1e-9 : 0.05;
    let before = 0;
    for (let m = 1; m < 9000; m = Math.ceil(m * 1.3)) {
      const time = operators.gemm('bf16', m, 6144, 4096);
      expect(time).toBeGreaterThan(before * (1 - give));
      before = time;
    }
    const line = operators.decodeAttention(shape(32, 8), 48);
    for (const slope of line.slopes) expect(slope).toBeGreaterThanOrEqual(0);
    expect(operators.allReduce(2 ** 24, 4, true)).toBeGreaterThan(operators.allReduce(2 ** 14, 4, true));
  });
});

describe('FP8', () => {
  // aiconfigurator's tables at 8192 x 8192 x 8192: 1,542 and 836 us on H100 (vLLM 0.24).
  it('is as fast as the measured kernels say, not twice as fast', () => {
    const operators = operatorsOf(gpu('h100-sxm-80gb'), engine('vllm-0.24'));
    const bf16 = operators.gemm('bf16', 8192, 8192, 8192);
    const fp8 = operators.gemm('fp8', 8192, 8192, 8192);
    expect(Math.abs(bf16 / 1542e-6 - 1)).toBeLessThan(0.1);
    expect(Math.abs(fp8 / 836e-6 - 1)).toBeLessThan(0.1);
    expect(operators.gemm('fp8', 16, 4096, 4096) / operators.gemm('bf16', 16, 4096, 4096)).toBeGreaterThan(
      0.6,
    );
  });

  it('of vLLM 0.14, whose table is no faster than BF16, comes from 0.19', () => {
    const operators = operatorsOf(gpu('h100-sxm-80gb'), engine('vllm-0.14'));
    expect(operators.gemm('fp8', 8192, 8192, 8192) / operators.gemm('bf16', 8192, 8192, 8192)).toBeLessThan(
      0.7,
    );
    expect([...operators.used].some((name) => name.endsWith('-0.19'))).toBe(true);
  });
});

describe('experts', () => {
  // aiconfigurator's table, H100, vLLM 0.24, BF16, E = 128, k = 8, hidden 4096, width 1536 over 4 GPUs, power law.
  it('of a measured shape follow the table over the number of tokens', () => {
    const operators = operatorsOf(gpu('h100-sxm-80gb'), engine('vllm-0.24'));
    const experts = {
      format: 'bf16',
      hiddenSize: 4096,
      width: 1536,
      experts: 128,
      topK: 8,
      tensorParallelSize: 4,
      expertParallelSize: 1,
    } as const;
    for (const [tokens, microseconds] of [
      [1, 48],
      [8, 170],
      [64, 398],
      [1024, 574],
      [16384, 3154],
    ] as const)
      expect(Math.abs((operators.experts(experts, tokens) * 1e6) / microseconds - 1)).toBeLessThan(0.08);
    // A shape that nobody measured takes a neighbour's curve and stays in its order of magnitude.
    const wider = operators.experts({ ...experts, width: 3072 }, 64) / operators.experts(experts, 64);
    expect(wider).toBeGreaterThan(1.5);
    expect(wider).toBeLessThan(2.5);
  });
});

describe('a GPU without tables', () => {
  it('takes those of its donor, scaled: H100 NVL reads faster and computes slower than H100 SXM', () => {
    const sxm = operatorsOf(gpu('h100-sxm-80gb'), engine('vllm-0.33'));
    const nvl = operatorsOf(gpu('h100-nvl-94gb'), engine('vllm-0.33'));
    expect(nvl.gemm('bf16', 1, 8192, 8192)).toBeLessThan(sxm.gemm('bf16', 1, 8192, 8192));
    expect(nvl.gemm('bf16', 8192, 8192, 8192)).toBeGreaterThan(sxm.gemm('bf16', 8192, 8192, 8192));
  });
});
