import { describe, expect, it } from 'vitest';

import { batchLimits } from '../../hardware-profiles/batch-limits.ts';
import { captureSizes } from '../../hardware-profiles/capture-sizes.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { shippedProfiles } from '../support/profiles.ts';

const gpu = (name: string) => loadGpu(shippedProfiles, name);
const engine = loadEngine(shippedProfiles, 'vllm-0.33');

describe('batch limits of vllm serve', () => {
  // vLLM EngineArgs.get_batch_defaults, API server.
  it.each([
    ['b200-sxm-180gb', 16384, 1024],
    ['mi300x-192gb', 16384, 1024],
    ['h200-sxm-141gb', 8192, 1024],
    ['h100-sxm-80gb', 8192, 1024],
    ['a100-sxm-80gb', 2048, 256],
    ['l40s-48gb', 2048, 256],
  ])('%s: %d tokens, %d sequences', (name, maxNumBatchedTokens, maxNumSeqs) => {
    expect(batchLimits(engine, gpu(name), { maxModelLen: 131072 })).toEqual({
      maxNumBatchedTokens,
      maxNumSeqs,
    });
  });

  it('cuts only what the user did not set', () => {
    const h100 = gpu('h100-sxm-80gb');
    expect(batchLimits(engine, h100, { maxModelLen: 2048, maxNumSeqs: 2 })).toEqual({
      maxNumBatchedTokens: 4096,
      maxNumSeqs: 2,
    });
    expect(batchLimits(engine, h100, { maxModelLen: 32768, maxNumBatchedTokens: 512 })).toEqual({
      maxNumBatchedTokens: 512,
      maxNumSeqs: 512,
    });
    expect(
      batchLimits(engine, h100, { maxModelLen: 32768, enableChunkedPrefill: false }).maxNumBatchedTokens,
    ).toBe(32768);
  });

  it('0.19 knows two classes: 8192 tokens and 1024 sequences from 70 GiB on, A100 excepted', () => {
    const older = loadEngine(shippedProfiles, 'vllm-0.19');
    const of = (name: string) => batchLimits(older, gpu(name), { maxModelLen: 40960 });
    expect(of('b300-sxm-288gb')).toEqual({ maxNumBatchedTokens: 8192, maxNumSeqs: 1024 });
    expect(of('h100-sxm-80gb')).toEqual(of('b300-sxm-288gb'));
    expect(of('a100-sxm-80gb').maxNumSeqs).toBe(256);
  });
});

describe('CUDA-graph sizes', () => {
  it('reach 512, and 1024 on compute capability 10', () => {
    const limits = { maxNumSeqs: 1024, maxNumBatchedTokens: 8192 };
    const sizes = captureSizes(engine, gpu('h100-sxm-80gb'), limits);
    expect(sizes.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 24]);
    expect(sizes.filter((size) => size >= 240 && size <= 288)).toEqual([240, 248, 256, 272, 288]);
    expect(sizes.at(-1)).toBe(512);
    expect(captureSizes(engine, gpu('b200-sxm-180gb'), limits).at(-1)).toBe(1024);
  });

  it('reach twice max_num_seqs, and max_num_batched_tokens itself where that is less', () => {
    const h100 = gpu('h100-sxm-80gb');
    expect(captureSizes(engine, h100, { maxNumSeqs: 100, maxNumBatchedTokens: 8192 }).at(-1)).toBe(200);
    expect(captureSizes(engine, h100, { maxNumSeqs: 256, maxNumBatchedTokens: 300 }).slice(-2)).toEqual([
      288, 300,
    ]);
  });
});
