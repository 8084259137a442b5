import type { ModelProfile, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type { AccuracyClass } from '../../documents/validation-report.ts';

/**
 * How weights are stored, out of what a measurement says (`fp8`, `fp8_block`, `fp4` or nothing = the model as published).
 * `quantization` is what the scenario has to say; undefined where the published model is it already.
 */
export function weightFormat(
  model: ModelProfile,
  precision: string,
  gemm: string,
): { readonly stored: WeightFormat; readonly quantization: WeightFormat | undefined } {
  const published = model.moe === undefined ? model.weights.mlp : model.weights.experts;
  const asked = askedFormat(precision.toLowerCase(), gemm.toLowerCase());
  const same =
    asked === undefined ||
    asked === published ||
    (isFourBit(asked) && isFourBit(published) && published === 'mxfp4') ||
    (asked === 'fp8' && published === 'fp8-block');
  return same ? { stored: published, quantization: undefined } : { stored: asked, quantization: asked };
}

function askedFormat(precision: string, gemm: string): WeightFormat | undefined {
  switch (precision) {
    case 'fp8':
      return gemm === 'fp8_block' ? 'fp8-block' : 'fp8';
    case 'fp4':
      return 'nvfp4';
    case 'int4':
      return 'int4';
    case 'bf16':
      return 'bf16';
    default:
      return undefined;
  }
}

function isFourBit(format: WeightFormat): boolean {
  return format === 'nvfp4' || format === 'mxfp4' || format === 'int4';
}

/** The goal that applies to a model stored so. */
export function accuracyClassOf(model: ModelProfile, stored: WeightFormat): AccuracyClass {
  if (isFourBit(stored)) return 'FP4 and INT4';
  return stored === 'bf16' && model.moe === undefined ? 'dense BF16' : 'FP8 and MoE';
}
