import type { GpuProfile } from '../../hardware-profiles/gpu-profile.ts';
import type { ModelProfile, WeightFormat } from '../../hardware-profiles/model-profile.ts';
import { parameterCount } from '../../hardware-profiles/model-size.ts';

/**
 * Share of the GPUs' peak that a measurement needs at the least: tokens per second x 2 flop per active parameter over the
 * dense peak of the arithmetic (four-bit weights: that of the GPU's best). Above 1 the stated load cannot be that of one
 * engine.
 */
export function shareOfPeak(
  gpu: GpuProfile,
  model: ModelProfile,
  stored: WeightFormat,
  gpus: number,
  tokensPerSecond: number,
): number {
  const { bf16, fp8, fp4 } = gpu.peak;
  const peak = stored === 'bf16' ? bf16 : stored.startsWith('fp8') ? (fp8 ?? bf16) : (fp4 ?? fp8 ?? bf16);
  const { active, embedding } = parameterCount(model);
  return (tokensPerSecond * 2 * (active - embedding)) / (peak.value * gpus);
}
