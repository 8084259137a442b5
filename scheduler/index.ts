export { loadConfig, tryLoadConfig, type LoadOptions } from './config/load-config.ts';
export { metricsScrape } from './config/metrics-scrape.ts';
export { promptSight } from './config/prompt-sight.ts';
export { CONFIG_PRESETS } from './config/presets.ts';
export { obstaclesTo, unverifiedPlugins, type Obstacle } from './config/simulation-check.ts';
export type { LoadedConfig } from './config/loaded-config.ts';
export type { Admission, AdmissionOutcome, Advanced } from './admission.ts';
export type { ProducerOrder } from './cycle/order-producers.ts';
export type { CycleOptions } from './cycle/profile.ts';
export type { Decision, ProfileReasons, ProfileResult, Target } from './decision.ts';
export { Endpoint, type EndpointInfo } from './endpoint.ts';
export { EndpointPicker } from './endpoint-picker.ts';
export type { EndpointPickerOptions } from './endpoint-picker-options.ts';
export type { MembershipChange } from './fleet.ts';
export type { KvEvent } from './kv-event.ts';
export type {
  LatencyFeatures,
  LatencyPredictor,
  LatencySample,
  PredictedLatency,
} from './latency-predictor.ts';
export { NO_METRICS, type Metrics } from './metrics.ts';
export type { EndCause } from './plugin.ts';
export type { TieBreak } from './plugin-type.ts';
export type { Rejection } from './rejection.ts';
export type { InferenceRequest, MultimodalFeature } from './request.ts';
export type { RequestState } from './request-state.ts';
