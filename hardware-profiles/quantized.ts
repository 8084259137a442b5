import type { ModelProfile, WeightFormat } from './model-profile.ts';

/**
 * The model as checkpoints in `format` store it. Four-bit checkpoints of expert models hold the routed experts alone in
 * four bits and everything else in BF16, those in NVFP4 ask for an FP8 KV cache; other formats store all matrices alike.
 * Source: ModelOpt recipe nvfp4_experts_only-fp8_kv, "the same recipe structure as nvidia/MiniMax-M2.5-NVFP4" (card of
 * MiniMax-M2.7-NVFP4); "attention (MLA), shared experts, the layer-0 dense MLP, lm_head remain BF16 - the same precision
 * split as nvidia/Kimi-K2.6-NVFP4" (card of Kimi-K2.7-Code-NVFP4).
 */
export function quantized(model: ModelProfile, format: WeightFormat): ModelProfile {
  const fourBit = format === 'nvfp4' || format === 'int4' || format === 'mxfp4';
  const rest = fourBit && model.moe !== undefined ? 'bf16' : format;
  return {
    ...model,
    weights: { attention: rest, mlp: rest, experts: format },
    kvCache: format === 'nvfp4' && model.moe !== undefined ? 'fp8' : model.kvCache,
  };
}
