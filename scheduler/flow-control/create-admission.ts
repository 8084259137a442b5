import { invariant } from '../../base/invariant.ts';
import { ADMITTED, type AdmissionController } from '../admission.ts';
import type { BandSettings, EffectiveConfig, EffectiveFlowControl } from '../config/effective-config.ts';
import type { Seconds } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { has, type Plugin, type SaturationDetector } from '../plugin.ts';
import { rejection } from '../rejection.ts';
import { FlowController } from './flow-controller.ts';
import type { FairnessPolicy, OrderingPolicy, UsageLimitPolicy } from './flow-policies.ts';
import { PriorityBand } from './priority-band.ts';
import { Reclamation } from './reclamation.ts';

/** Between two scrapes, unless the host says: --refresh-metrics-interval, pkg/epp/server/options.go. */
const REFRESH_INTERVAL = 0.05;
/** After how long old metrics are stale to eviction (--metrics-staleness-threshold): pkg/epp/server/options.go. */
const STALENESS_THRESHOLD = 2;
/** Until an engine has freed what a broken-off request held; and of a detector that counts by itself: runner.go. */
const ENGINE_RECLAIM_TIME = 0.25;
const LEADING_SENSOR_GRACE = 0.01;

/** The gate of a configuration: flow control where its feature gate is on, else the check of saturation. */
export function createAdmission(
  config: EffectiveConfig,
  plugins: ReadonlyMap<string, Plugin>,
  endpoints: () => readonly Endpoint[],
  refreshInterval: Seconds = REFRESH_INTERVAL,
): AdmissionController {
  const plugin = plugins.get(config.saturationDetector);
  const detector =
    plugin !== undefined && has(plugin, 'saturation') ? (plugin as SaturationDetector) : undefined;
  const { flowControl } = config;
  if (flowControl === undefined) return saturationCheck(detector, endpoints);
  invariant(detector !== undefined, 'flow control has a detector', { name: config.saturationDetector });
  return new FlowController({
    settings: flowControl,
    detector,
    endpoints,
    usageLimit: named<UsageLimitPolicy>(plugins, flowControl.usageLimitPolicy),
    makeBand: (priority) => {
      const settings = bandSettings(flowControl, priority);
      return new PriorityBand(
        priority,
        settings,
        named<FairnessPolicy>(plugins, settings.fairness),
        named<OrderingPolicy>(plugins, settings.ordering),
      );
    },
    reclamation: flowControl.enableEviction
      ? new Reclamation(confirmationGrace(detector, refreshInterval))
      : undefined,
  });
}

/**
 * How long after the end of a broken-off request the detector may not show it yet. Source: cmd/epp/runner/runner.go
 * (deriveEvictionConfirmationGrace) of llm-d-router at ebab6879.
 */
function confirmationGrace({ type }: SaturationDetector, refreshInterval: Seconds): Seconds {
  return type === 'concurrency-detector'
    ? LEADING_SENSOR_GRACE
    : refreshInterval + STALENESS_THRESHOLD + ENGINE_RECLAIM_TIME;
}

/**
 * A request of negative priority is turned away (429, no reason) while the fleet is saturated, any other goes through;
 * nothing waits. Source: EPP/requestcontrol/admission.go of llm-d-router at ebab6879.
 */
function saturationCheck(
  detector: SaturationDetector | undefined,
  endpoints: () => readonly Endpoint[],
): AdmissionController {
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

function bandSettings(
  { bands, defaultBand, defaultNegativeBand }: EffectiveFlowControl,
  priority: number,
): BandSettings {
  const template = priority < 0 ? (defaultNegativeBand ?? defaultBand) : defaultBand;
  return bands.find((band) => band.priority === priority) ?? template;
}

function named<P extends Plugin>(plugins: ReadonlyMap<string, Plugin>, name: string): P {
  const plugin = plugins.get(name);
  invariant(plugin !== undefined, 'a configured policy was made', { name });
  return plugin as P;
}
