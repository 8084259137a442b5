import { describe, expect, it } from 'vitest';

import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import type { StepTimeInput } from '../../../sim/latency/step-time-input.ts';
import { inputOf, shapeOf, TICKS_PER_SECOND } from './support.ts';

const step = (input: StepTimeInput, rows: number): number =>
  stepTimeModel(input)
    .timer(TICKS_PER_SECOND)
    .step(shapeOf(Array.from({ length: rows }, () => 1000))) / TICKS_PER_SECOND;

const withKernels = (input: StepTimeInput, kernels: Partial<StepTimeInput['engine']['kernels']>) => ({
  ...input,
  engine: { ...input.engine, kernels: { ...input.engine.kernels, ...kernels } },
});

describe('kernels that run beside or inside each other', () => {
  it('shared experts cost little beside routed ones, and all of their time in large steps', () => {
    const beside = inputOf('h200-sxm-141gb', 'deepseek-v3', 8);
    const after = withKernels(beside, { sharedExpertsBesideUntil: 0 });
    expect(step(beside, 8)).toBeLessThan(step(after, 8));
    expect(step(beside, 300)).toBe(step(after, 300));
  });

  it('the norm inside the all-reduce saves its time twice a layer, on Blackwell and up to a size', () => {
    const plain = (name: string, gpus: number) =>
      withKernels(inputOf(name, 'llama-3.1-70b', gpus), {
        fusedNormSaves: { value: 0, kind: 'assumed', source: 'test', quote: undefined },
      });
    const saved = (name: string, gpus: number, rows: number) =>
      step(plain(name, gpus), rows) - step(inputOf(name, 'llama-3.1-70b', gpus), rows);
    expect(saved('b200-sxm-180gb', 4, 8)).toBeCloseTo(160 * 4.8e-6, 8);
    expect(saved('b200-sxm-180gb', 8, 128)).toBe(0); // 2 MiB on 8 GPUs
    expect(saved('h100-sxm-80gb', 4, 8)).toBe(0);
    expect(saved('b300-sxm-288gb', 4, 8)).toBeCloseTo(160 * 4.8e-6, 8);
    const early = withKernels(inputOf('b300-sxm-288gb', 'llama-3.1-70b', 4), {
      fusedNormOnCapability: 'exactly',
    });
    expect(step(early, 8)).toBe(step(plain('b300-sxm-288gb', 4), 8));
  });

  it('norms over the heads of all GPUs take an all-reduce of their own', () => {
    const input = inputOf('b200-sxm-180gb', 'minimax-m2.5', 4);
    const { attention } = input.model;
    if (attention.kind !== 'gqa') throw new Error('MiniMax-M2.5 has grouped queries');
    const alone = { ...input, model: { ...input.model, attention: { ...attention, qkNormShared: false } } };
    // 62 all-reduces of a few hundred bytes, 7 us each on four B200.
    const extra = step(input, 8) - step(alone, 8);
    expect(extra).toBeGreaterThan(62 * 6e-6);
    expect(extra).toBeLessThan(62 * 8e-6);
  });
});
