import type { Seconds } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import type { SaturationDetector } from '../plugin.ts';

const ROLE_LABEL = 'llm-d.ai/role';
const PREFILL_ONLY: ReadonlySet<string> = new Set(['prefill', 'encode-prefill']);
const DECODE_ONLY: ReadonlySet<string> = new Set(['decode']);

/**
 * Saturation of a fleet with separate stages: the higher of that of the endpoints that prefill and of those that decode
 * (an endpoint without a role does both); a stage without endpoints does not count. An empty fleet is saturated (1).
 * Source: EPP/flowcontrol/controller/internal/processor.go of llm-d-router at ebab6879.
 */
export function poolSaturation(
  detector: SaturationDetector,
  endpoints: readonly Endpoint[],
  now: Seconds,
): number {
  const prefill = endpoints.filter(({ labels }) => !DECODE_ONLY.has(labels.get(ROLE_LABEL) ?? ''));
  const decode = endpoints.filter(({ labels }) => !PREFILL_ONLY.has(labels.get(ROLE_LABEL) ?? ''));
  if (prefill.length === endpoints.length && decode.length === endpoints.length)
    return detector.saturation(endpoints, now);
  const stages = [prefill, decode].filter((stage) => stage.length > 0);
  return Math.max(...stages.map((stage) => detector.saturation(stage, now)));
}
