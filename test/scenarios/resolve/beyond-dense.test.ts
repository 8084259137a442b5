import { describe, expect, it } from 'vitest';

import { scenarioYaml } from '../../../scenarios/resolve/scenario-yaml.ts';
import { engine, engineOf, labelsOf, refusals, resolve, TP1 } from '../../support/resolved.ts';
import { SMALL_SCENARIO } from '../../support/scenario-text.ts';

describe('a model with sliding-window layers', () => {
  const GPT_OSS = [
    'spec.model=gpt-oss-120b',
    'spec.fleet.pools[0].hardware=h200-sxm-141gb',
    TP1,
    engine('gpu_memory_utilization=0.95'),
    engine('block_size=128'),
    engine('max_num_seqs=1024'),
  ];

  it('turns the tokens of the start-up line into blocks with both groups of layers', () => {
    // llm-d's gpt-oss-120b on one H200 logs 1,630,790 tokens at 0.95: within 5 % of the profiles, so no label.
    const scenario = resolve(SMALL_SCENARIO, [...GPT_OSS, engine('kv_cache_tokens=1630790')]);
    const { numGpuBlocks, slidingWindow } = engineOf(scenario);
    expect(slidingWindow).toBe(128);
    // A request of 131,072 tokens takes 1,024 blocks of full attention and 130 of the window's.
    expect(numGpuBlocks).toBe(Math.round((1_630_790 * (1024 + 130)) / 131_072));
    expect(labelsOf(scenario, 'pinned-kv')).toEqual([]);
  });

  it('keeps what it resolved to', () => {
    const scenario = resolve(SMALL_SCENARIO, GPT_OSS);
    expect(resolve(scenarioYaml(scenario)).policies[0]?.pools[0]?.engine).toEqual(engineOf(scenario));
  });

  it('counts the window in what one request of the length limit takes', () => {
    const blocks = (count: number) => [...GPT_OSS, engine(`num_gpu_blocks=${count}`)];
    expect(labelsOf(resolve(SMALL_SCENARIO, blocks(1155)), 'kv-below-model-len')).toEqual([]);
    expect(labelsOf(resolve(SMALL_SCENARIO, blocks(1154)), 'kv-below-model-len')).toHaveLength(1);
  });
});

describe('speculative decoding', () => {
  const drafting = (method: string, tokens: number, length: number, ...more: readonly string[]) =>
    resolve(SMALL_SCENARIO, [
      engine(
        `speculative_config={ method: ${method}, num_speculative_tokens: ${tokens}, synthetic_acceptance_length: ${length} }`,
      ),
      ...more,
    ]);

  it.each([
    [3, 4, 1],
    [3, 1, 0],
    [1, 1.6, 0.6],
    [2, 1 + 0.7 + 0.49, 0.7],
    [5, 1 + 0.5 + 0.25 + 0.125 + 0.0625 + 0.03125, 0.5],
  ])('%d drafts that yield %f tokens a step are each accepted with %f', (tokens, length, rate) => {
    expect(drafting('eagle', tokens, length).policies[0]?.pools[0]?.draftAcceptance).toBeCloseTo(rate, 9);
  });

  it('runs asynchronously but for drafts that the CPU looks up; only a layer takes memory and KV', () => {
    const none = engineOf(resolve(SMALL_SCENARIO));
    const eagle = engineOf(drafting('eagle3', 3, 2.5));
    const ngram = engineOf(drafting('ngram', 3, 2.5));
    expect(eagle).toMatchObject({ asyncScheduling: true, useEagle: true, numSpeculativeTokens: 3 });
    expect(ngram).toMatchObject({ asyncScheduling: false, useEagle: false, numSpeculativeTokens: 3 });
    expect(ngram.numGpuBlocks).toBe(none.numGpuBlocks);
    // One layer on top of 64: its KV in each block, and its weights.
    expect(eagle.numGpuBlocks / none.numGpuBlocks).toBeLessThan(64 / 65);
    expect(eagle.numGpuBlocks / none.numGpuBlocks).toBeGreaterThan(0.96);
    expect(labelsOf(drafting('ngram', 3, 2.5), 'speculative-decoding')).toHaveLength(1);
  });

  it('refuses more tokens a step than there can be, and a layer beside sliding windows', () => {
    expect(
      refusals(SMALL_SCENARIO, [
        engine(
          'speculative_config={ method: mtp, num_speculative_tokens: 2, synthetic_acceptance_length: 3.5 }',
        ),
      ]),
    ).toEqual([
      expect.stringContaining('synthetic_acceptance_length must be at most 1 + num_speculative_tokens'),
    ]);
    const oss = ['spec.model=gpt-oss-20b'];
    expect(() => drafting('ngram', 3, 2.5, ...oss)).not.toThrow();
    expect(() => drafting('eagle3', 3, 2.5, ...oss)).toThrow(/beside sliding-window layers/);
  });

  it('refuses what no published figure bears out, with a remedy', () => {
    const config = (method: string) =>
      engine(
        `speculative_config={ method: ${method}, num_speculative_tokens: 1, synthetic_acceptance_length: 1.8 }`,
      );
    const eight = 'spec.fleet.pools[0].tensor_parallel_size=8';
    const deepseek = ['spec.model=deepseek-v3', 'spec.fleet.pools[0].hardware=h200-sxm-141gb', eight];
    expect(() => drafting('mtp', 1, 1.8, ...deepseek)).not.toThrow();
    for (const [method, sets, why, hint] of [
      ['eagle3', deepseek, 'beside experts', 'take mtp or ngram'],
      ['eagle', ['spec.model=qwen3-30b-a3b'], 'beside experts', 'take ngram, or a model without experts'],
      ['mtp', [], 'num_nextn_predict_layers', 'take eagle3 or ngram'],
    ] as const) {
      const said = refusals(SMALL_SCENARIO, [config(method), ...sets]);
      expect(said).toEqual([expect.stringContaining('E_UNSUPPORTED')]);
      expect(said[0]).toContain(why);
      expect(said[0]).toContain(hint);
    }
  });
});

describe('latent attention', () => {
  it('has the block size of its backend', () => {
    const sets = ['spec.model=deepseek-v3', 'spec.fleet.pools[0].tensor_parallel_size=8'];
    const on = (gpu: string) => resolve(SMALL_SCENARIO, [...sets, `spec.fleet.pools[0].hardware=${gpu}`]);
    expect(engineOf(on('b200-sxm-180gb')).blockSize).toBe(32);
    expect(engineOf(on('h200-sxm-141gb')).blockSize).toBe(16);
  });
});
