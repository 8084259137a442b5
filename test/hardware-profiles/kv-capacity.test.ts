import { describe, expect, it } from 'vitest';

import { batchLimits } from '../../hardware-profiles/batch-limits.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { kvCapacity } from '../../hardware-profiles/kv-capacity.ts';
import { blocksOfKvCacheTokens, kvCacheTokensOfBlocks } from '../../hardware-profiles/kv-cache-tokens.ts';
import { kvBlockSize } from '../../hardware-profiles/kv-block-size.ts';
import { layerGroups } from '../../hardware-profiles/layer-groups.ts';
import { kvBytesPerToken } from '../../hardware-profiles/kv-layout.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { quantized } from '../../hardware-profiles/quantized.ts';
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
    ['gpt-oss-20b', 1, 0.9, 13.47, 7.38, 50.28],
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

  it('llama-3.1-70b in FP8 on two GPUs: as Llama-3.3-70B FP8 was logged', () => {
    const limits = batchLimits(logged, h100, { maxModelLen: 40960 });
    const { breakdown } = kvCapacity({
      gpu: h100,
      model: quantized(model('llama-3.3-70b'), 'fp8'),
      engine: logged,
      tensorParallelSize: 2,
      gpuMemoryUtilization: 0.9,
      maxModelLen: 40960,
      blockSize: 16,
      ...limits,
    });
    expect(Math.abs(breakdown.weights / GIB / 33.88 - 1)).toBeLessThan(0.01);
    expect(Math.abs(breakdown.kvCache / GIB / 32.0 - 1)).toBeLessThan(0.05);
  });

  // Blocks and tokens that vLLM logged: LLMServingSim's RTX 4090 run; llm-d's Qwen3-32B and gpt-oss-120b reports.
  it('blocks of Llama-3.1-8B on an RTX 4090: 2,588', () => {
    const engine = loadEngine(shippedProfiles, 'vllm-0.19');
    const result = kvCapacity({
      gpu: loadGpu(shippedProfiles, 'rtx-4090-24gb'),
      model: model('llama-3.1-8b'),
      engine,
      tensorParallelSize: 1,
      maxNumBatchedTokens: 2048,
      maxNumSeqs: 256,
      maxModelLen: 32768,
      blockSize: 16,
    });
    expect(result.fits && Math.abs(result.blocks / 2588 - 1)).toBeLessThan(0.05);
  });

  it('tokens of Qwen3-32B on two H100: 307,328 in 2025', () => {
    const result = kvCapacity({
      gpu: h100,
      model: model('qwen3-32b'),
      engine: loadEngine(shippedProfiles, 'vllm-0.12'),
      tensorParallelSize: 2,
      maxNumBatchedTokens: 8192,
      maxNumSeqs: 256,
      maxModelLen: 40960,
      blockSize: 16,
    });
    expect(result.fits && Math.abs((16 * result.blocks) / 307_328 - 1)).toBeLessThan(0.05);
  });

  it('tokens of gpt-oss-120b on one H200: 1.22 million at 0.85, 1,630,790 at 0.95', () => {
    const tokensAt = (gpuMemoryUtilization: number, blockSize: number): number => {
      const result = kvCapacity({
        gpu: loadGpu(shippedProfiles, 'h200-sxm-141gb'),
        model: model('gpt-oss-120b'),
        engine: v33,
        tensorParallelSize: 1,
        gpuMemoryUtilization,
        maxNumBatchedTokens: 8192,
        maxNumSeqs: 1024,
        maxModelLen: 131072,
        blockSize,
      });
      const group = { window: 128, groups: 1, inFlightTokens: 2 * 8192 };
      return result.fits ? kvCacheTokensOfBlocks(result.blocks, 131072, blockSize, group) : 0;
    };
    expect(Math.abs(tokensAt(0.85, 64) / 1.22e6 - 1)).toBeLessThan(0.05);
    expect(Math.abs(tokensAt(0.95, 128) / 1_630_790 - 1)).toBeLessThan(0.05);
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

describe('groups of layers', () => {
  // vLLM v1/core/kv_cache_utils.py: the rarer kind's number, or the larger one where it is less than a quarter more.
  it.each([
    ['qwen3-32b', { layers: 64, full: 1, window: 0 }],
    ['gpt-oss-120b', { layers: 18, full: 1, window: 1 }],
    ['gpt-oss-20b', { layers: 12, full: 1, window: 1 }],
    ['qwen3-next-80b-a3b', { layers: 12, full: 1, window: 0, recurrent: 3 }],
    ['gemma-3-27b', { layers: 10, full: 1, window: 6 }],
  ])('of %s', (name, groups) => {
    expect(layerGroups(model(name))).toEqual({ recurrent: 0, ...groups });
  });

  it('are padded where one kind has a few layers more', () => {
    const sliding = (layers: number) => ({
      ...model('gpt-oss-20b'),
      layers: 12 + layers,
      attentionLayers: 12 + layers,
      window: { layers, tokens: 128 },
    });
    expect(layerGroups(sliding(14))).toMatchObject({ layers: 14, full: 1, window: 1 });
    expect(layerGroups(sliding(15))).toMatchObject({ layers: 12, full: 1, window: 2 });
    expect(layerGroups(sliding(11))).toMatchObject({ layers: 12, full: 1, window: 1 });
  });
});

describe('block size', () => {
  it('is 16 unless the backend of latent attention wants another', () => {
    const on = (gpu: string, name: string, kv: 'auto' | 'fp8') =>
      kvBlockSize(v33, loadGpu(shippedProfiles, gpu), model(name), kv);
    expect(on('b200-sxm-180gb', 'llama-3.1-8b', 'fp8')).toBe(16);
    expect(on('b200-sxm-180gb', 'deepseek-v3', 'auto')).toBe(32);
    expect(on('h200-sxm-141gb', 'deepseek-v3', 'auto')).toBe(16);
    expect(on('h200-sxm-141gb', 'deepseek-v3', 'fp8')).toBe(64);
  });
});

describe('GPU KV cache size: N tokens', () => {
  it('turns back into its blocks, with and without a window group', () => {
    const group = { window: 128, groups: 1, inFlightTokens: 16384 };
    for (const blocks of [2588, 19208, 102_345]) {
      expect(blocksOfKvCacheTokens(kvCacheTokensOfBlocks(blocks, 131072, 16), 131072, 16)).toBe(blocks);
      const tokens = kvCacheTokensOfBlocks(blocks, 131072, 16, group);
      expect(blocksOfKvCacheTokens(tokens, 131072, 16, group)).toBe(blocks);
      expect(tokens).toBeLessThan(blocks * 16);
    }
  });

  it('gives the blocks behind it', () => {
    expect(blocksOfKvCacheTokens(19208 * 16, 40960, 16)).toBe(19208);
    // A length limit that is no multiple of the block size: 1000 tokens take 63 blocks of 16.
    expect(blocksOfKvCacheTokens(Math.floor((5000 / 63) * 1000), 1000, 16)).toBe(5000);
  });
});
