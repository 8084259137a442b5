import type { Seconds } from '../../base/units.ts';
import type { GatewayInput } from '../../sim/fleet/run-input.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import type { GatewaySpec } from '../schema/policy-schema.ts';
import { latencyPredictorOf } from './latency-predictor-of.ts';

export type ResolvedGatewaySpec = {
  readonly [Key in Exclude<keyof GatewaySpec, 'latency_predictor' | 'slo_headers'>]-?: NonNullable<
    GatewaySpec[Key]
  >;
} & Pick<GatewaySpec, 'latency_predictor' | 'slo_headers'>;

/** Delays of a gateway in a fleet that is given outright: none unless asked for. */
const NO_DELAYS = { kv_event_delay: '0s', decision_time: '0s', tokenization_time: '0s' };

/**
 * A gateway with every default. The scrape interval is that of the configuration, or else the picker's own default
 * (llm-d-router, pkg/epp/server/options.go: --refresh-metrics-interval 50ms); chance decides its phase and, in the real
 * picker, the order of its producers. The delays are assumptions of the published contract.
 */
export function fillGateway(
  spec: GatewaySpec | undefined,
  isBlackBox: boolean,
  scrapeInterval: Seconds = 0.05,
): ResolvedGatewaySpec {
  return {
    scrape_interval: `${Math.round(1e6 * scrapeInterval) / 1e3}ms`,
    scrape_phase: 'random',
    kv_event_delay: '5ms',
    replicas: 1,
    shared_state: false,
    decision_time: '0.3ms',
    tokenization_time: '0ms',
    producer_order: 'prefix-first',
    ...(isBlackBox && NO_DELAYS),
    ...Object.fromEntries(Object.entries(spec ?? {}).filter(([, value]) => value !== undefined)),
  };
}

/** The gateway as the fleet runs it. */
export function gatewayOf(spec: ResolvedGatewaySpec, bytesPerToken: number | undefined): GatewayInput {
  return {
    scrapeInterval: secondsOf(spec.scrape_interval),
    scrapePhase: spec.scrape_phase,
    kvEventDelay: secondsOf(spec.kv_event_delay),
    replicas: spec.replicas,
    sharedState: spec.shared_state,
    decisionTime: secondsOf(spec.decision_time),
    tokenizationTime: secondsOf(spec.tokenization_time),
    producerOrder: spec.producer_order,
    bytesPerToken,
    latencyPredictor: latencyPredictorOf(spec.latency_predictor),
    sloHeaders: spec.slo_headers,
  };
}
