import type { ModelProfile, WeightFormat } from './model-profile.ts';

/** The model with all its matrices stored in `format` (vLLM `--quantization`, or a checkpoint that somebody quantised). */
export function quantized(model: ModelProfile, format: WeightFormat): ModelProfile {
  return { ...model, weights: { attention: format, mlp: format, experts: format } };
}
