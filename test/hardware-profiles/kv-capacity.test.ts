import { describe, expect, it } from 'vitest';

import { batchLimits } from '../../hardware-profiles/batch-limits.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { kvCapacity } from '../../hardware-profiles/kv-capacity.ts';
import { blocksOfKvCacheTokens } from '../../hardware-profiles/kv-cache-tokens.ts';
import { kvBytesPerToken } from '../../hardware-profiles/kv-layout.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { loadModel } from '../../hardware-profiles/load-model.ts';
import { shippedProfiles } from '../support/profiles.ts';

const GIB = 2 ** 30;
const h100 = loadGpu(shippedProfiles, 'h100-sxm-80gb');
const model = (name: string) => loadModel(shippedProfiles, name);

/** The engine of the logged runs: 1024 sequences by default, CUDA graphs not yet counted. */
const v33 = loadEngine(shippedProfiles, 'vllm-0.33');
const logged = { ...v33, memory: { ...v33.memory, cudaGraphs: { ...v33.memory.cudaGraphs, value: 0 } } };

function capacity(name: string, tensorParallelSize: number, gpuMemoryUtilization: number) {
  const limits = batchLimits(logged, h100, { maxModelLen: 40960 });
  return kvCapacity({
    gpu: h100,
    model: model(name),
    engine: logged,
    tensorParallelSize,
    gpuMemoryUtilization,
    maxModelLen: 40960,
    blockSize: 16,
    ...limits,
  });
}

describe('KV capacity', () => {
  // llm-d-planner docs/empirical-vllm-memory-results.md, one H100, GiB: weights, activation, KV.
  it.each([
    ['llama-3.1-8b', 1, 0.9, 14.99, 4.76, 51.38],
    ['qwen3-32b', 2, 0.9, 30.59, 5.64, 34.49],
    ['qwen3-32b', 1, 0.9, 61.03, 5.64, 4.45],
  ])(
    '%s on %d GPU(s): weights, activation and KV as logged',
    (name, tp, utilization, weights, activation, kv) => {
      const { breakdown } = capacity(name, tp, utilization);
      expect(Math.abs(breakdown.weights / GIB / weights - 1)).toBeLessThan(0.01);
      expect(Math.abs(breakdown.activation / GIB / activation - 1)).toBeLessThan(0.05);
      expect(Math.abs(breakdown.kvCache / GIB / kv - 1)).toBeLessThan(0.05);
    },
  );

  it('gpt-oss-120b: fits at 0.95, not at 0.9', () => {
    const { breakdown } = capacity('gpt-oss-120b', 1, 0.95);
    expect(Math.abs(breakdown.weights / GIB / 64.38 - 1)).toBeLessThan(0.02);
    expect(Math.abs(breakdown.activation / GIB / 7.38 - 1)).toBeLessThan(0.05);
    expect(capacity('gpt-oss-120b', 1, 0.95).fits).toBe(true);
    expect(capacity('gpt-oss-120b', 1, 0.9).fits).toBe(false);
  });

  it('says how many bytes are missing', () => {
    const result = capacity('llama-3.1-70b', 1, 0.9);
    expect(result.fits).toBe(false);
    if (result.fits) return;
    // 131.4 GiB of weights against 71.3 GiB.
    expect(result.missingBytes / GIB).toBeGreaterThan(60);
    expect(result.missingBytes / GIB).toBeLessThan(75);
  });

  it('KV bytes per token of known models', () => {
    expect(kvBytesPerToken(model('llama-3.1-8b'))).toBe(131072);
    expect(kvBytesPerToken(model('qwen3-32b'))).toBe(262144);
    expect(kvBytesPerToken(model('llama-3.1-70b'))).toBe(327680);
    expect(kvBytesPerToken(model('mixtral-8x7b'))).toBe(131072);
    expect(kvBytesPerToken(model('gpt-oss-120b'))).toBe(36864);
    expect(kvBytesPerToken(model('deepseek-v3'))).toBe(70272);
    expect(kvBytesPerToken(model('deepseek-v3'), 8)).toBe(8 * 70272);
    expect(kvBytesPerToken(model('qwen3-32b'), 16)).toBe(2 * 262144);
  });
});

describe('GPU KV cache size: N tokens', () => {
  it('gives the blocks behind it', () => {
    expect(blocksOfKvCacheTokens(19208 * 16, 40960, 16)).toBe(19208);
    // A length limit that is no multiple of the block size: 1000 tokens take 63 blocks of 16.
    expect(blocksOfKvCacheTokens(Math.floor((5000 / 63) * 1000), 1000, 16)).toBe(5000);
  });
});
