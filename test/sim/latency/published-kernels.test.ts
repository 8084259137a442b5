import { describe, expect, it } from 'vitest';

import { loadModel } from '../../../hardware-profiles/load-model.ts';
import { valueAt } from '../../../sim/latency/piecewise-line.ts';
import { shippedProfiles } from '../../support/profiles.ts';
import { operatorsUnder } from './support.ts';

const operators = (gpu: string) => operatorsUnder('vllm-0.24', gpu);

function expectNear(seconds: number, microseconds: number, tolerance: number): void {
  expect(Math.abs((seconds * 1e6) / microseconds - 1)).toBeLessThan(tolerance);
}

/**
 * What goes beyond one GPU and BF16, each against two figures of ai-dynamo/aiconfigurator's measured tables (vLLM 0.24.0,
 * systems/data). Experts and FP8 matrices stand beside the operators.
 */
describe('kernels that were published', () => {
  it.each([
    [1, 4, 12.8],
    [8, 8, 51],
  ])('tensor parallel: %d MiB summed over %d H100 in %d us', (mebibytes, gpus, microseconds) => {
    expectNear(operators('h100-sxm-80gb').allReduce(mebibytes * 2 ** 20, gpus, true), microseconds, 0.05);
  });

  // Slope of 128 heads over the context, 128 sequences.
  it.each([
    ['h100-sxm-80gb', 0.4],
    ['b200-sxm-180gb', 0.2],
  ])('latent attention: on %s %d ns per token of context and layer', (gpu, nanoseconds) => {
    const { attention } = loadModel(shippedProfiles, 'deepseek-v3');
    if (attention.kind !== 'mla') throw new Error('deepseek-v3 has latent attention');
    const shape = { attention, heads: 128, hiddenSize: 7168, format: 'bf16', kvDtype: 'bf16' } as const;
    const line = operators(gpu).latentDecode(shape, 128);
    const tokens = 128 * 32_000;
    expectNear((valueAt(line, 2 * tokens) - valueAt(line, tokens)) / tokens, nanoseconds / 1e3, 0.03);
  });

  // Decode attention of 8 KV heads of 128, 128 sequences of 131,072 tokens, as a share of the memory's bandwidth.
  it.each([
    ['bf16', 2, 0.96, 1],
    ['fp8', 1, 0.88, 0.9],
  ] as const)('%s keys and values, %d bytes: %d to %d of the bandwidth', (kvDtype, bytes, least, most) => {
    const context = 128 * 131_072;
    const line = operators('h100-sxm-80gb').decodeAttention(
      { heads: 32, kvHeads: 8, headDim: 128, kvDtype },
      128,
    );
    const share = (2 * 8 * 128 * bytes * context) / valueAt(line, context) / 3.35e12;
    expect(share).toBeGreaterThan(least - 0.02);
    expect(share).toBeLessThan(most + 0.02);
  });

  it.each([
    [16, 13.2],
    [8192, 257.6],
  ])('NVFP4: %d tokens times 8192 x 8192 on a B200 in %d us', (tokens, microseconds) => {
    expectNear(operators('b200-sxm-180gb').gemm('nvfp4', tokens, 8192, 8192), microseconds, 0.06);
  });

  it.each([
    [1, 115.3],
    [64, 434.9],
  ])(
    "expert parallel: DeepSeek-V3's layer for %d tokens, whole experts on 8 H100, in %d us",
    (tokens, us) => {
      const experts = {
        format: 'fp8-block',
        hiddenSize: 7168,
        width: 2048,
        experts: 256,
        topK: 8,
        tensorParallelSize: 1,
        expertParallelSize: 8,
      } as const;
      expectNear(operators('h100-sxm-80gb').experts(experts, tokens), us, 0.03);
    },
  );
});
