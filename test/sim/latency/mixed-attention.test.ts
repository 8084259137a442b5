import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';

import { loadGpu } from '../../../hardware-profiles/gpu-profile.ts';
import { loadEngine } from '../../../hardware-profiles/load-engine.ts';
import { loadModel } from '../../../hardware-profiles/load-model.ts';
import type { ModelProfile } from '../../../hardware-profiles/model-profile.ts';
import { attentionCost } from '../../../sim/latency/attention-cost.ts';
import { mixedAttention } from '../../../sim/latency/mixed-attention.ts';
import { operatorsOf } from '../../../sim/latency/operators-of.ts';
import { shippedProfiles } from '../../support/profiles.ts';
import { describeShared } from '../../support/shared.ts';

const SHAPE = { heads: 32, kvHeads: 8, headDim: 128, kvDtype: 'bf16' } as const;

describeShared('batches of a chunk and decode rows, as measured', 'data/kernels', (folder) => {
  it.each([
    ['rtx-4090-24gb', 'rtx4090'],
    ['rtx-pro-6000-96gb', 'rtxpro6000'],
  ])('%s: median error below 12 %%', (name, measured) => {
    const gpu = loadGpu(shippedProfiles, name);
    const operators = operatorsOf(gpu, loadEngine(shippedProfiles, 'vllm-0.19'));
    const text = readFileSync(`${folder}/${measured}/llama-3.1-8b-bf16-tp1/attention.csv`, 'utf8');
    const rows: Record<string, string>[] = parse(text, { columns: true });
    const errors: number[] = [];
    for (const row of rows) {
      const [chunk = 0, before = 0, decodeRows = 0, context = 0, time = 0] = Object.values(row).map(Number);
      if (chunk === 0 || decodeRows === 0) continue;
      const predicted = mixedAttention(
        {
          start: operators.promptLatency(SHAPE),
          prompt: operators.promptAttention(SHAPE),
          heads: SHAPE.heads,
          decodeLine: (count) => operators.decodeAttention(SHAPE, count),
          skew: () => 0,
          multiprocessors: gpu.multiprocessors.value,
          blockRows: gpu.architecture.prefillAttention.blockRows?.value,
          window: undefined,
        },
        {
          decodeRows,
          decodeContext: decodeRows * context,
          sharedContext: 0,
          windowContext: 0,
          chunks: 1,
          chunkTokens: [chunk],
          chunkComputed: [before],
        },
        decodeRows * context,
        0,
      );
      errors.push(Math.abs((predicted * 1e6) / time - 1));
    }
    errors.sort((a, b) => a - b);
    expect(errors.length).toBeGreaterThan(8000);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.12);
  });
});

it.each(['h100-sxm-80gb', 'rtx-4090-24gb'])('%s: a chunk reads no more than the window behind it', (name) => {
  const gpu = loadGpu(shippedProfiles, name);
  const operators = operatorsOf(gpu, loadEngine(shippedProfiles, 'vllm-0.33'));
  const hybrid = loadModel(shippedProfiles, 'gpt-oss-20b');
  /** What 56,000 more tokens behind a chunk of 512 cost. */
  const growth = (model: ModelProfile): number => {
    const { mixedAttention: mixed } = attentionCost({
      operators,
      gpu,
      model,
      tensorParallelSize: 1,
      kvDtype: 'bf16',
    });
    const after = (computed: number): number =>
      mixed(
        {
          decodeRows: 0,
          decodeContext: 0,
          sharedContext: 0,
          windowContext: 0,
          chunks: 1,
          chunkTokens: [512],
          chunkComputed: [computed],
        },
        0,
      );
    return after(60_000) - after(4000);
  };
  // Half of the layers see 128 tokens: what grows with the context is the other half's.
  expect(growth(hybrid) / growth({ ...hybrid, window: undefined })).toBeCloseTo(0.5, 2);
});
