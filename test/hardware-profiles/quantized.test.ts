import { describe, expect, it } from 'vitest';

import { kvBytesPerToken, storedKv } from '../../hardware-profiles/kv-layout.ts';
import { loadModel, parseModel } from '../../hardware-profiles/load-model.ts';
import { quantized } from '../../hardware-profiles/quantized.ts';
import { shippedProfiles } from '../support/profiles.ts';

const model = (name: string) => loadModel(shippedProfiles, name);

describe('a quantised model', () => {
  it('NVFP4 of an expert model: routed experts alone, and an FP8 cache', () => {
    const fp4 = quantized(model('minimax-m2.5'), 'nvfp4');
    expect(fp4.weights).toEqual({ attention: 'bf16', mlp: 'bf16', experts: 'nvfp4' });
    expect(storedKv(fp4)).toBe('fp8');
    expect(storedKv(fp4, 'bf16')).toBe('bf16');
    expect(kvBytesPerToken(fp4)).toBe(kvBytesPerToken(model('minimax-m2.5')) / 2);
  });

  it('a dense model: all matrices, the cache as before', () => {
    const fp8 = quantized(model('llama-3.1-70b'), 'fp8');
    expect(fp8.weights).toEqual({ attention: 'fp8', mlp: 'fp8', experts: 'fp8' });
    expect(storedKv(fp8)).toBe('bf16');
    expect(quantized(model('llama-3.1-70b'), 'nvfp4').weights.mlp).toBe('nvfp4');
  });

  it.each([
    [{ quant_method: 'compressed-tensors', kv_cache_scheme: { num_bits: 8, type: 'float' } }, 'fp8'],
    [{ quant_method: 'modelopt', quant_algo: 'NVFP4', kv_cache_quant_algo: 'FP8' }, 'fp8'],
    [{ quant_method: 'compressed-tensors', kv_cache_scheme: null }, 'bf16'],
    [{ quant_method: 'fp8' }, 'bf16'],
  ])('its config.json says how the cache is stored: %j', (quantization_config, expected) => {
    const config = {
      architectures: ['LlamaForCausalLM'],
      num_hidden_layers: 2,
      hidden_size: 64,
      intermediate_size: 128,
      num_attention_heads: 4,
      vocab_size: 100,
      max_position_embeddings: 512,
      quantization_config,
    };
    expect(parseModel({ file: 'a/config.json', text: JSON.stringify(config) }).kvCache).toBe(expected);
  });
});
