import type { ModelProfile, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import type { AccuracyClass } from '../../documents/validation-report.ts';
import { formatInName, formatInWord } from './format-words.ts';

/** How a model is stored as it was published. */
export function publishedFormat(model: ModelProfile): WeightFormat {
  return model.moe === undefined ? model.weights.mlp : model.weights.experts;
}

/** Empty texts say nothing. */
interface Said {
  readonly precision?: string;
  readonly gemm?: string;
  readonly name?: string;
}

/**
 * How weights are stored, out of what a measurement says: its precision, the format of its matrix products, the name of its
 * checkpoint; nothing of it = the model as published. `quantization` is what the scenario has to say; undefined where the
 * published model is it already. A text is why it cannot be told.
 */
export function weightFormat(
  model: ModelProfile,
  said: Said,
): { readonly stored: WeightFormat; readonly quantization: WeightFormat | undefined } | string {
  const published = publishedFormat(model);
  const asked = askedFormat(said);
  if (asked !== undefined && 'reason' in asked) return asked.reason;
  const format = asked?.format;
  const same =
    format === undefined ||
    format === published ||
    (isFourBit(format) && isFourBit(published) && published === 'mxfp4') ||
    (format === 'fp8' && published === 'fp8-block');
  return same ? { stored: published, quantization: undefined } : { stored: format, quantization: format };
}

function askedFormat({
  precision = '',
  gemm = '',
  name = '',
}: Said): { readonly format: WeightFormat } | { readonly reason: string } | undefined {
  const unknown = [precision, gemm].find((word) => word !== '' && formatInWord(word) === undefined);
  if (unknown !== undefined) return { reason: `how weights are stored as "${unknown}" is not known` };
  const [stated, computed, named] = [formatInWord(precision), formatInWord(gemm), formatInName(name)];
  const format = narrower(stated, computed);
  if (format === 'contradiction') {
    return { reason: `its precision is "${precision}" and its matrix products are "${gemm}"` };
  }
  if (format === 'bf16' && named !== undefined && named !== 'bf16') {
    return { reason: `its precision is "${precision || gemm}" and its checkpoint is ${named} by its name` };
  }
  const found = format ?? named;
  return found === undefined ? undefined : { format: found };
}

/** Products in BF16 may have narrower weights; of two that are as wide the second says it in detail. */
function narrower(
  stated: WeightFormat | undefined,
  computed: WeightFormat | undefined,
): WeightFormat | 'contradiction' | undefined {
  if (stated === undefined || computed === undefined) return stated ?? computed;
  if (stated === computed || computed === 'bf16') return stated;
  const inDetail =
    (stated === 'fp8' && computed === 'fp8-block') || (stated === 'nvfp4' && computed === 'mxfp4');
  return inDetail ? computed : 'contradiction';
}

function isFourBit(format: WeightFormat): boolean {
  return format === 'nvfp4' || format === 'mxfp4' || format === 'int4';
}

/** The goal that applies to a model stored so. */
export function accuracyClassOf(model: ModelProfile, stored: WeightFormat): AccuracyClass {
  if (isFourBit(stored)) return 'FP4 and INT4';
  return stored === 'bf16' && model.moe === undefined ? 'dense BF16' : 'FP8 and MoE';
}
