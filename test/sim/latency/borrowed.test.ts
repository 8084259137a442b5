import { describe, expect, it } from 'vitest';

import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import { inputOf, operatorsUnder } from './support.ts';

const operators = (gpu: string) => operatorsUnder('vllm-0.33', gpu);

describe('a GPU that borrows its kernels', () => {
  it("takes its donor's measured all-reduce over the same links, and not over others", () => {
    const time = (gpu: string): number => operators(gpu).allReduce(1 << 20, 4, true);
    expect(time('b300-sxm-288gb')).toBe(time('b200-sxm-180gb'));
    expect(time('h100-pcie-80gb')).toBeGreaterThan(2 * time('h100-sxm-80gb'));
  });

  it('says which of its own figures are assumed', () => {
    const texts = (gpu: string): string[] =>
      stepTimeModel(inputOf(gpu, 'llama-3.1-8b', 1)).labels.map(({ text }) => text);
    expect(texts('b300-sxm-288gb')).toContain(
      'assumed of b300-sxm-288gb: memoryBandwidth, l2Cache, multiprocessors, int8, fp4',
    );
    expect(texts('h100-sxm-80gb').join()).not.toContain('assumed of');
  });
});
