import type { GpuProfile } from './gpu-profile.ts';
import type { ModelProfile } from './model-profile.ts';
import { kvBytesPerToken } from './kv-layout.ts';
import { parameterCount } from './model-size.ts';

/** A figure of a profile beside the same figure computed from others. */
export interface ProfileFinding {
  readonly profile: string;
  readonly figure: string;
  readonly given: number;
  readonly computed: number;
  readonly ok: boolean;
}

/**
 * Recomputes what is derived in a GPU profile, within 1 %: the BF16 peak is multiprocessors x flop per clock x clock, and
 * arithmetic in FP8 runs at twice its rate (within 2 %: makers round).
 */
export function checkGpu(gpu: GpuProfile): ProfileFinding[] {
  const computed = gpu.multiprocessors.value * gpu.flopPerClock.value * gpu.tensorClock.value;
  const findings = [finding(gpu.name, 'peak bf16', gpu.peak.bf16.value, computed, 0.01)];
  const { bf16, fp8 } = gpu.peak;
  if (fp8 !== undefined) findings.push(finding(gpu.name, 'peak fp8', fp8.value, 2 * bf16.value, 0.02));
  return findings;
}

/**
 * Recomputes a model's number of parameters: within 1 % of the card, or half a unit of the last digit that the card
 * prints, up to 3 %. Active parameters: between the count without embeddings and the count with them, within 2 %.
 */
export function checkModel(model: ModelProfile): ProfileFinding[] {
  const findings: ProfileFinding[] = [];
  const { total, active, embedding } = parameterCount(model);
  if (model.parameters !== undefined) {
    const given = model.parameters.value;
    findings.push(
      finding(model.name, 'parameters', given, total, Math.max(0.01, Math.min(0.03, roundingOf(given)))),
    );
  }
  if (model.activeParameters !== undefined) {
    const given = model.activeParameters.value;
    const nearest = Math.min(active, Math.max(active - embedding, given));
    findings.push(finding(model.name, 'active parameters', given, nearest, 0.02));
  }
  if (model.kvBytesPerToken !== undefined)
    findings.push(
      finding(model.name, 'KV bytes per token', model.kvBytesPerToken.value, kvBytesPerToken(model), 0),
    );
  return findings;
}

function finding(
  profile: string,
  figure: string,
  given: number,
  computed: number,
  tolerance: number,
): ProfileFinding {
  return { profile, figure, given, computed, ok: Math.abs(computed / given - 1) <= tolerance };
}

/** Half a unit of the last digit that is not zero, relative to the value: 671e9 -> 0.5 / 671. */
function roundingOf(value: number): number {
  const digits = String(Math.round(value)).replace(/0+$/, '');
  return 0.5 / Number(digits);
}
