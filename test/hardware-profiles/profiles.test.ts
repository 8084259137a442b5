import { describe, expect, it } from 'vitest';

import { UserError } from '../../base/user-error.ts';
import { checkGpu, checkModel } from '../../hardware-profiles/check-profiles.ts';
import { loadGpu } from '../../hardware-profiles/gpu-profile.ts';
import { loadEngine } from '../../hardware-profiles/load-engine.ts';
import { loadModel, parseModel } from '../../hardware-profiles/load-model.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';
import { LLAMA_CONFIG } from '../support/hugging-face-config.ts';
import { profilesOf, shippedProfiles } from '../support/profiles.ts';

describe('shipped GPU profiles', () => {
  it.each(shippedProfiles.names('gpus'))(
    '%s: the peak is clock x units, and every figure has a source',
    (name) => {
      const gpu = loadGpu(shippedProfiles, name);
      expect(gpu.name).toBe(name);
      for (const finding of checkGpu(gpu)) expect(finding).toMatchObject({ ok: true });
      for (const figure of [
        gpu.memory,
        gpu.memoryBandwidth,
        gpu.power,
        gpu.hostBandwidth,
        gpu.networkBandwidth,
      ])
        expect(figure.source.length).toBeGreaterThan(8);
    },
  );
});

describe('shipped model profiles', () => {
  it.each(shippedProfiles.names('models'))('%s: its parameters count up to what the card says', (name) => {
    const model = loadModel(shippedProfiles, name);
    expect(model.name).toBe(name);
    for (const finding of checkModel(model)) expect(finding).toMatchObject({ ok: true });
  });
});

describe('shipped engine profiles', () => {
  it.each(shippedProfiles.names('engines'))('%s says everything', (name) => {
    expect(loadEngine(shippedProfiles, name).name).toBe(name);
  });

  it('a version takes over what it does not say itself', () => {
    const older = loadEngine(shippedProfiles, 'vllm-0.28');
    const newer = loadEngine(shippedProfiles, 'vllm-0.33');
    expect(older.rules.ownVictim).toBe('end');
    expect(newer.rules.ownVictim).toBe('continue');
    expect(older.defaults).toEqual(newer.defaults);
    expect(loadEngine(shippedProfiles, 'vllm-0.24').unread).toContain('0.28');
  });
});

describe('mistakes in profiles', () => {
  const problemsOf = (load: () => unknown) => {
    try {
      load();
    } catch (error) {
      if (error instanceof UserError) return error.problems;
      throw error;
    }
    throw new Error('nothing was thrown');
  };

  it('an unknown name lists the nearest and all names', () => {
    const [problem] = problemsOf(() =>
      loadGpu(shippedProfiles, 'h100-smx-80gb', { file: 's.yaml', line: 7, column: 3 }),
    );
    expect(problem.at).toEqual({ file: 's.yaml', line: 7, column: 3 });
    expect(problem.hint).toContain('did you mean "h100-sxm-80gb"?');
    for (const name of shippedProfiles.names('gpus')) expect(problem.hint).toContain(name);
  });

  it('every mistake of a file is reported with its line and column', () => {
    const text = shippedProfiles
      .read('gpus', 'h100-sxm-80gb')
      ?.text.replace('node_gpus: 8', 'node_gpus: -8')
      .replace('3.35TB/s', '3.35 parsecs')
      .replace('power:', 'powr:');
    const problems = problemsOf(() => loadGpu(profilesOf({ 'gpus/broken': text ?? '' }), 'broken'));
    expect(problems.map(({ at }) => at?.line)).toEqual([6, 14, 1, 25]);
    const typo = problems.find(({ code }) => code === 'E_UNKNOWN_KEY');
    expect(typo?.message).toContain('powr');
    expect(problems.some(({ message }) => message.includes('kB/s'))).toBe(true);
  });

  it('a file that is no YAML says where', () => {
    const [problem] = problemsOf(() => loadGpu(profilesOf({ 'gpus/broken': 'name: [1,\nb' }), 'broken'));
    expect(problem.code).toBe('E_YAML');
    expect(problem.at?.file).toBe('gpus/broken.yaml');
  });
});

describe('Hugging Face config.json', () => {
  it('gives the same model as the shipped profile', () => {
    const shipped = loadModel(shippedProfiles, 'llama-3.1-8b');
    const read = parseModel({ file: 'my/llama-3.1-8b/config.json', text: JSON.stringify(LLAMA_CONFIG) });
    expect(read).toEqual({
      ...shipped,
      source: 'my/llama-3.1-8b/config.json',
      card: undefined,
      parameters: undefined,
      kvBytesPerToken: undefined,
      topKTopP: false,
    });
  });

  it('finds sizes under text_config, other names for experts, and bears the word Infinity', () => {
    const text = `{"architectures": ["Llama4ForConditionalGeneration"], "limit": [0.0, Infinity], "text_config": {
      "hidden_size": 5120, "intermediate_size": 8192, "intermediate_size_mlp": 16384, "num_hidden_layers": 48,
      "num_attention_heads": 40, "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 202048,
      "num_local_experts": 16, "num_experts_per_tok": 1, "interleave_moe_layer_step": 1,
      "max_position_embeddings": 10485760, "tie_word_embeddings": false}}`;
    const model = parseModel({ file: 'scout.json', text });
    expect(model.moe).toEqual({ layers: 48, experts: 16, topK: 1, width: 8192, sharedWidth: 8192 });
    // Llama 4 Scout: 109B parameters, 17B active (model card).
    expect(parameterCount(model).total / 109e9).toBeCloseTo(1, 1);
    expect(parameterCount(model).active / 17e9).toBeCloseTo(1, 1);
  });

  it('reads windows, latent attention and quantisation', () => {
    expect(loadModel(shippedProfiles, 'gpt-oss-120b')).toMatchObject({
      window: { layers: 18, tokens: 128 },
      weights: { attention: 'bf16', mlp: 'bf16', experts: 'mxfp4' },
    });
    expect(loadModel(shippedProfiles, 'deepseek-v3')).toMatchObject({
      attention: { kind: 'mla', latentRank: 512, ropeDim: 64 },
      mlp: { layers: 3 },
      moe: { layers: 58, sharedWidth: 2048 },
      weights: { experts: 'fp8-block' },
    });
    expect(loadModel(shippedProfiles, 'mixtral-8x7b').window).toBeUndefined();
  });

  it.each([
    [{ quant_method: 'modelopt', quant_algo: 'FP8' }, 'fp8', 'fp8'],
    [
      { quant_method: 'fbgemm_fp8', modules_to_not_convert: ['model.layers.0.self_attn.q_proj'] },
      'bf16',
      'fp8',
    ],
    [{ quant_method: 'fp8', weight_block_size: [128, 128] }, 'fp8-block', 'fp8-block'],
    [{ quant_method: 'awq', bits: 4 }, 'int4', 'int4'],
    [{ quant_method: 'gptq', bits: 8 }, 'int8', 'int8'],
    [
      { quant_method: 'modelopt', quant_algo: 'NVFP4', ignore: ['model.layers.0.self_attn*'] },
      'bf16',
      'nvfp4',
    ],
    [
      {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 8, type: 'float' } } },
      },
      'fp8',
      'fp8',
    ],
    [{ quant_method: 'mxfp4', modules_to_not_convert: ['model.embed_tokens'] }, 'bf16', 'bf16'],
  ])('%o: attention in %s, MLP in %s', (quantization_config, attention, mlp) => {
    const config = {
      hidden_size: 4096,
      intermediate_size: 14336,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      vocab_size: 32000,
      max_position_embeddings: 4096,
      quantization_config,
    };
    expect(parseModel({ file: 'x/config.json', text: JSON.stringify(config) }).weights).toMatchObject({
      attention,
      mlp,
    });
  });

  it('a missing size is an error that names it', () => {
    expect(() => parseModel({ file: 'x/config.json', text: '{"hidden_size": 8}' })).toThrow(
      'num_hidden_layers',
    );
    expect(() => parseModel({ file: 'x/config.json', text: 'not a config' })).toThrow(UserError);
  });
});
