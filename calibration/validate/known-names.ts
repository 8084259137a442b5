import type { ProfileSource } from '../../hardware-profiles/profile-source.ts';

/** Names of GPUs in the measurements (aiconfigurator systems, llm-d reports, drivers), by profile. */
const GPUS: Readonly<Record<string, RegExp>> = {
  'h100-sxm-80gb': /^(h100_sxm|h100-80gb|nvidia h100( 80gb)?( \(.*\))?|nvidia h100 80gb hbm3)$/i,
  'h200-sxm-141gb': /^(h200_sxm|nvidia h200( 141gb)?( \(.*\))?)$/i,
  'b200-sxm-180gb': /^(b200_sxm|nvidia b200)$/i,
  'b300-sxm-288gb': /^(b300_sxm|nvidia b300.*)$/i,
  'gb200-186gb': /^gb200$/i,
  'gb300-288gb': /^gb300$/i,
  'a100-sxm-80gb': /^(a100_sxm|a100-80gb|nvidia a100-sxm4-80gb)$/i,
  'l40s-48gb': /^(l40s|nvidia l40s)$/i,
  'rtx-4090-24gb': /^nvidia geforce rtx 4090$/i,
  'rtx-pro-6000-96gb': /^nvidia rtx pro 6000 blackwell.*$/i,
};

/** The profile of a GPU that a measurement names; undefined when there is none. */
export function gpuNamed(source: ProfileSource, name: string): string | undefined {
  const known = Object.entries(GPUS).find(([, pattern]) => pattern.test(name.trim()))?.[0];
  const names = source.names('gpus');
  return names.find((one) => one === known || one === name.toLowerCase());
}

/** The profile of a model by its path on Hugging Face, whoever fine-tuned or quantised it; undefined when there is none. */
export function modelNamed(source: ProfileSource, path: string): string | undefined {
  const own = (path.split('/').at(-1) ?? path).toLowerCase().replace(/ \(.*\)$/, '');
  const plain = own.replace(/-(fp8|nvfp4|fp4|int4|awq|gptq)(-.*)?$/, '').replace(/-instruct$/, '');
  const names = source.names('models');
  return names.find((name) => name === own) ?? names.find((name) => name === plain);
}
