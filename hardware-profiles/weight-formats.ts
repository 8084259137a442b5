import { firstText, type HuggingFaceConfig } from './config-reader.ts';
import type { ModelProfile, WeightFormat } from './model-profile.ts';

/** How a checkpoint stores its matrices, from the quantisation that its config states; `text` = its language model's part. */
export function weightFormats(config: HuggingFaceConfig, text: HuggingFaceConfig): ModelProfile['weights'] {
  const raw = config['quantization_config'] ?? text['quantization_config'] ?? config['compression_config'];
  if (typeof raw !== 'object' || raw === null) return { attention: 'bf16', mlp: 'bf16', experts: 'bf16' };
  const quantization = raw as HuggingFaceConfig;
  const format = weightFormat(quantization);
  const kept = [
    quantization['ignore'],
    quantization['modules_to_not_convert'],
    quantization['exclude_modules'],
  ]
    .flat()
    .filter((entry): entry is string => typeof entry === 'string')
    .join(' ');
  const onlyExperts = format === 'mxfp4';
  return {
    attention: onlyExperts || /self_attn|attn/.test(kept) ? 'bf16' : format,
    mlp: onlyExperts || /mlp\.(gate|up|down|gate_up)_proj|shared_expert/.test(kept) ? 'bf16' : format,
    experts: format,
  };
}

/** Checkpoints of compressed-tensors (kv_cache_scheme) and ModelOpt (kv_cache_quant_algo) may ask for an FP8 cache. */
export function kvFormat(config: HuggingFaceConfig, text: HuggingFaceConfig): ModelProfile['kvCache'] {
  const raw = config['quantization_config'] ?? text['quantization_config'];
  if (typeof raw !== 'object' || raw === null) return 'bf16';
  const quantization = raw as HuggingFaceConfig;
  const scheme = JSON.stringify(quantization['kv_cache_scheme'] ?? null).toLowerCase();
  const algorithm = firstText(quantization['kv_cache_quant_algo'])?.toLowerCase();
  return algorithm === 'fp8' || (/"num_bits":8/.test(scheme) && /"type":"float"/.test(scheme))
    ? 'fp8'
    : 'bf16';
}

function weightFormat(quantization: HuggingFaceConfig): WeightFormat {
  const method = (firstText(quantization['quant_method'] ?? quantization['quant_algo']) ?? '').toLowerCase();
  const text = JSON.stringify(quantization).toLowerCase();
  if (method === 'mxfp4' || text.includes('mxfp4')) return 'mxfp4';
  if (text.includes('nvfp4')) return 'nvfp4';
  if (method.includes('fp8') || text.includes('"quant_algo":"fp8"'))
    return Array.isArray(quantization['weight_block_size']) ? 'fp8-block' : 'fp8';
  if (method === 'awq' || method === 'gptq') return quantization['bits'] === 8 ? 'int8' : 'int4';
  if (/"num_bits":4/.test(text)) return /"type":"float"/.test(text) ? 'nvfp4' : 'int4';
  if (/"num_bits":8/.test(text)) return /"type":"float"/.test(text) ? 'fp8' : 'int8';
  return 'bf16';
}
