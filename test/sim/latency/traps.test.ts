import { describe, expect, it } from 'vitest';

import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import { inputOf, operatorsUnder, shapeOf, TICKS_PER_SECOND } from './support.ts';

const operators = (gpu: string) => operatorsUnder('vllm-0.24', gpu);

/** Microseconds of a step of Llama-3.1-8B on an H100: so many decode rows of this context, and a chunk behind no prefix. */
function stepOf(rows: number, context: number, chunk = 0, settings: { enforceEager?: boolean } = {}): number {
  // Synchronous, so that what the CPU does is not hidden behind the GPU.
  const input = { ...inputOf('h100-sxm-80gb', 'llama-3.1-8b', 1), asyncScheduling: false, ...settings };
  const shape = shapeOf(
    Array.from({ length: rows }, () => context),
    chunk === 0 ? [] : [[chunk, 0]],
  );
  return (1e6 * stepTimeModel(input).timer(TICKS_PER_SECOND).step(shape)) / TICKS_PER_SECOND;
}

/** What simulators of LLM servers get wrong of a step's time, with the numbers of the traps in the engine's tests. */
describe('fidelity traps of step times', () => {
  describe('trap 7: rounding contexts to their mean, leaving them out, or the longer of prefill and decode', () => {
    it('a step grows with the sum of contexts, and by the same for one long sequence as for many', () => {
      const slope = (from: number, to: number) => (stepOf(64, to) - stepOf(64, from)) / (64 * (to - from));
      expect(slope(1000, 2000)).toBeGreaterThan(0);
      // Two stretches between the same knots of the kernel's table.
      expect(Math.abs(slope(1100, 1500) / slope(1600, 2000) - 1)).toBeLessThan(0.01);
      // One more token of context is not rounded away.
      expect(stepOf(64, 1001)).toBeGreaterThan(stepOf(64, 1000));
    });

    it('a mixed step adds the contexts of its decode rows to its prefill', () => {
      for (const [from, to] of [
        [1000, 2000],
        [2000, 8000],
      ] as const) {
        const mixed = stepOf(64, to, 2048) - stepOf(64, from, 2048);
        expect(Math.abs(mixed / (stepOf(64, to) - stepOf(64, from)) - 1)).toBeLessThan(0.01);
      }
      expect(stepOf(64, 8000, 2048)).toBeGreaterThan(1.3 * Math.max(stepOf(64, 8000), stepOf(0, 0, 2048)));
    });
  });

  // ai-dynamo/aiconfigurator's tables (vLLM 0.24.0): FP8 takes 54 % of BF16's time, NVFP4 39 %, and neither a half or a quarter.
  it.each([
    ['h100-sxm-80gb', 'bf16', 1542],
    ['h100-sxm-80gb', 'fp8', 836],
    ['b200-sxm-180gb', 'bf16', 652.9],
    ['b200-sxm-180gb', 'nvfp4', 257.6],
  ] as const)(
    'trap 8: FP8 twice and FP4 four times as fast: on %s %s takes %d us',
    (gpu, format, published) => {
      const microseconds = 1e6 * operators(gpu).gemm(format, 8192, 8192, 8192);
      expect(Math.abs(microseconds / published - 1)).toBeLessThan(0.1);
    },
  );

  // The same tables: 128 experts, 8 of them a token, hidden 4096, width 1536 over 4 H100, BF16: 49 us at a token, 418 at 128.
  it('trap 9: reading as many experts whatever the batch: 8.5 times the time for 128 tokens, little more for 512', () => {
    const shape = { format: 'bf16', hiddenSize: 4096, width: 1536, experts: 128, topK: 8 } as const;
    const at = (tokens: number) =>
      operators('h100-sxm-80gb').experts({ ...shape, tensorParallelSize: 4, expertParallelSize: 1 }, tokens);
    expect(Math.abs(at(128) / at(1) / 8.5 - 1)).toBeLessThan(0.1);
    expect(at(512) / at(128)).toBeLessThan(1.2);
  });

  describe('trap 13: ignoring the staircase of CUDA graphs and what lies above it', () => {
    it('rows are padded to the next captured size', () => {
      for (const [size, next] of [
        [8, 16],
        [256, 272],
        [272, 288],
      ] as const) {
        const context = 10;
        const rise = stepOf(size + 1, context) - stepOf(size, context);
        const run = stepOf(next, context) - stepOf(size + 1, context);
        // What grows by row within a stair is small beside the stair.
        expect(rise).toBeGreaterThan((4 * run) / (next - size - 1));
      }
    });

    it('steps beyond the largest graph pay for their launches', () => {
      // The largest size captured is 512 (2 x max_num_seqs, at most 512).
      const beyond = stepOf(4, 10, 510) - stepOf(4, 10, 508);
      expect(beyond).toBeGreaterThan(20 * (stepOf(4, 10, 512) - stepOf(4, 10, 510)));
      expect(stepOf(1, 10, 0, { enforceEager: true })).toBeGreaterThan(1.1 * stepOf(1, 10));
    });
  });
});
