import { describe, expect, it } from 'vitest';

import { weightBytesPerGpu, parameterCount } from '../../../hardware-profiles/model-size.ts';
import { loadModel } from '../../../hardware-profiles/load-model.ts';
import { kvBytesPerToken } from '../../../hardware-profiles/kv-layout.ts';
import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import { unsupported } from '../../../sim/latency/unsupported.ts';
import { shippedProfiles } from '../../support/profiles.ts';
import { inputOf, shapeOf, TICKS_PER_SECOND, timerOf } from './support.ts';

const supported = (name: string) => unsupported(loadModel(shippedProfiles, name), 2) === undefined;
const models = shippedProfiles.names('models').filter(supported);
const gpus = shippedProfiles.names('gpus');
/** Every GPU with a dense, an expert and a latent model; every model on three GPUs. */
const pairs = [
  ...gpus.flatMap((gpu) =>
    ['llama-3.1-8b', 'qwen3-30b-a3b', 'deepseek-v3'].map((model): [string, string] => [gpu, model]),
  ),
  ...['h100-sxm-80gb', 'l40s-48gb', 'mi300x-192gb'].flatMap((gpu) =>
    models.map((model): [string, string] => [gpu, model]),
  ),
];

const seconds = (ticks: number) => ticks / TICKS_PER_SECOND;

describe.each(pairs)('%s running %s', (gpuName, modelName) => {
  const input = inputOf(gpuName, modelName, 2);
  const timer = stepTimeModel(input).timer(TICKS_PER_SECOND);
  const { gpu, model } = input;
  const active = parameterCount(model).active - 2 * model.vocabSize * model.hiddenSize;

  it('no prefill beats the arithmetic peak of its GPUs', () => {
    const peak = 2 * Math.max(...Object.values(gpu.peak).map((figure) => figure?.value ?? 0));
    for (const tokens of [16, 512, 2048, 8192, 32768]) {
      const fastest = (2 * active * tokens) / peak;
      expect(seconds(timer.step(shapeOf([], [[tokens, 0]])))).toBeGreaterThan(fastest);
    }
  });

  it('no decode step beats the bandwidth of its GPUs', () => {
    const bandwidth = 2 * gpu.memoryBandwidth.value;
    const perToken = kvBytesPerToken(model);
    for (const [rows, context] of [
      [1, 1000],
      [64, 4000],
      [256, 30000],
    ] as const) {
      const read =
        (model.moe === undefined ? weightBytesPerGpu(model, 1) / 2 : 0) + rows * context * perToken;
      const step = timer.step(shapeOf(Array.from({ length: rows }, () => context)));
      expect(seconds(step)).toBeGreaterThan(read / bandwidth);
    }
  });

  it('more tokens, rows or context never make a step shorter', () => {
    // Kernels of a donor, scaled by the ratio of two rooflines, may give way a little where one of these bends.
    const give = gpu.donor === undefined ? 1 : 0.99;
    let before = 0;
    for (const tokens of [1, 8, 9, 100, 256, 257, 512, 513, 1000, 4000, 8192]) {
      const step = timer.step(shapeOf([], [[tokens, 2000]]));
      expect(step).toBeGreaterThanOrEqual(give * before);
      before = step;
    }
    before = 0;
    for (const rows of [1, 2, 3, 8, 9, 64, 65, 128, 256]) {
      const step = timer.step(shapeOf(Array.from({ length: rows }, () => 500)));
      expect(step).toBeGreaterThanOrEqual(give * before);
      before = step;
    }
  });
});

describe('orders of magnitude', () => {
  it('7,200 tokens of Qwen3-32B on two H100 take at least 0.24 s', () => {
    const timer = timerOf('h100-sxm-80gb', 'qwen3-32b', 2);
    const step = seconds(timer.step(shapeOf([], [[7200, 0]])));
    expect(step).toBeGreaterThan(0.24);
    expect(step).toBeLessThan(0.6);
  });

  it('one sequence of Llama-3.1-8B on one H100 decodes in 5 to 9 ms', () => {
    // vLLM's blog on V1 names a forward pass of about 5 ms.
    const step = seconds(timerOf('h100-sxm-80gb', 'llama-3.1-8b', 1).step(shapeOf([1000])));
    expect(step).toBeGreaterThan(0.005);
    expect(step).toBeLessThan(0.009);
  });

  it('Mixtral reads more experts the more tokens there are, up to all of them', () => {
    const timer = timerOf('h100-sxm-80gb', 'mixtral-8x7b', 2);
    const at = (rows: number) => seconds(timer.step(shapeOf(Array.from({ length: rows }, () => 100))));
    expect(at(8) / at(1)).toBeGreaterThan(2);
    expect(at(64) / at(32)).toBeLessThan(1.1);
  });

  it('more memory bandwidth never makes decode slower', () => {
    for (const [slower, faster] of [
      ['h100-sxm-80gb', 'h200-sxm-141gb'],
      ['l40s-48gb', 'a100-sxm-80gb'],
    ] as const)
      for (const rows of [1, 16, 200]) {
        const shape = shapeOf(Array.from({ length: rows }, () => 3000));
        expect(timerOf(faster, 'llama-3.1-8b', 1).step(shape)).toBeLessThanOrEqual(
          timerOf(slower, 'llama-3.1-8b', 1).step(shape),
        );
      }
  });
});

describe('unsupported models', () => {
  it('say why', () => {
    expect(unsupported(loadModel(shippedProfiles, 'qwen3-next-80b-a3b'), 1)).toBeUndefined();
    expect(unsupported(loadModel(shippedProfiles, 'deepseek-v3'), 8)).toBeUndefined();
    expect(unsupported(loadModel(shippedProfiles, 'gpt-oss-120b'), 1)).toBeUndefined();
    expect(unsupported(loadModel(shippedProfiles, 'gemma-3-27b'), 1)).toBeUndefined();
    expect(unsupported(loadModel(shippedProfiles, 'llama-4-scout'), 1)).toBeUndefined();
    expect(unsupported(loadModel(shippedProfiles, 'qwen3-32b'), 3)).toContain('does not divide');
    expect(unsupported(loadModel(shippedProfiles, 'qwen3-32b'), 16)).toBeUndefined();
  });
});
