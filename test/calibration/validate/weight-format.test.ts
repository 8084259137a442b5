import { describe, expect, it } from 'vitest';

import { weightFormat } from '../../../calibration/validate/weight-format.ts';
import { nodeProfiles } from '../../../cli/files/node-resources.ts';
import { loadModel } from '../../../hardware-profiles/load-model.ts';

const profiles = nodeProfiles();

function stored(precision: string, gemm: string, name: string, model = 'qwen3-32b') {
  const found = weightFormat(loadModel(profiles, model), { precision, gemm, name });
  return typeof found === 'string' ? found : found.stored;
}

describe('how weights are stored by what a measurement says', () => {
  it.each([
    ['', '', 'Qwen3-32B', 'bf16'],
    ['awq', 'int4_wo', '', 'int4'],
    ['w4a16', 'bfloat16', '', 'int4'],
    ['FP8', '', '', 'fp8'],
    ['fp8', 'fp8_block', '', 'fp8-block'],
    ['fp8_block', '', '', 'fp8-block'],
    ['', 'fp8_block', '', 'fp8-block'],
    ['fp4', 'mxfp4', '', 'mxfp4'],
    ['', '', 'Qwen/Qwen3-32B-FP8', 'fp8-block'],
    ['', '', 'RedHatAI/Qwen3-32B-FP8-dynamic', 'fp8'],
    ['', '', 'Qwen3-32B-GPTQ-Int8', 'int8'],
    ['fp8', '', 'Qwen/Qwen3-32B-FP8', 'fp8'],
  ])('%s, %s, %s: %s', (precision, gemm, name, format) => {
    expect(stored(precision, gemm, name)).toBe(format);
  });

  it('gives the reason where it does not know or hears two things', () => {
    expect(stored('int3', '', '')).toBe('how weights are stored as "int3" is not known');
    expect(stored('bf16', 'marlin9', '')).toContain('marlin9');
    expect(stored('bf16', 'fp8', '')).toBe('its precision is "bf16" and its matrix products are "fp8"');
    expect(stored('bf16', '', 'Qwen3-32B-AWQ')).toContain('its checkpoint is int4 by its name');
  });

  it('takes a model in the format in which it is published for that', () => {
    expect(stored('fp4', 'nvfp4', 'openai/gpt-oss-120b', 'gpt-oss-120b')).toBe('mxfp4');
    expect(stored('fp8', 'fp8', '', 'deepseek-r1')).toBe('fp8-block');
  });
});
