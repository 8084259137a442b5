import { ADMITTED, type AdmissionController } from '../admission.ts';
import type { EffectiveConfig } from '../config/effective-config.ts';
import type { Endpoint } from '../endpoint.ts';
import { has, type Plugin, type SaturationDetector } from '../plugin.ts';
import { rejection } from '../rejection.ts';

/**
 * The gate of a configuration. Without flow control: a request of negative priority is turned away (429, no reason) while
 * the fleet is saturated, any other goes through; nothing waits. Source: EPP/requestcontrol/admission.go of llm-d-router at
 * ebab6879.
 */
export function createAdmission(
  config: EffectiveConfig,
  plugins: ReadonlyMap<string, Plugin>,
  endpoints: () => readonly Endpoint[],
): AdmissionController {
  const plugin = plugins.get(config.saturationDetector);
  const detector =
    plugin !== undefined && has(plugin, 'saturation') ? (plugin as SaturationDetector) : undefined;
  return {
    admit({ request }, now) {
      if (request.priority >= 0 || detector === undefined) return ADMITTED;
      return detector.saturation(endpoints(), now) >= 1
        ? rejection('ResourceExhausted', 'the fleet is saturated and the request may be shed')
        : ADMITTED;
    },
    cancel: () => undefined,
    advance: () => Infinity,
  };
}
