import type { Seconds, Tokens } from '../base/units.ts';

/**
 * The port behind predicted-latency-producer: what llm-d asks its training and prediction servers. The simulator plugs in an
 * online learner or an oracle. Milliseconds, as in llm-d.
 */
export interface LatencyPredictor {
  /** One prediction per entry of `features`, in order; undefined = none can be made now. */
  predict(features: readonly LatencyFeatures[], now: Seconds): readonly PredictedLatency[] | undefined;
  /** A measured latency and the state of the endpoint when the request was dispatched. */
  learn(sample: LatencySample, now: Seconds): void;
}

/** Source: RC/dataproducer/predictedlatency/latencypredictorclient/types.go of llm-d-router at ebab6879. */
export interface LatencyFeatures {
  /** Id of the request and of the endpoint: for an oracle; a learner ignores them. */
  readonly requestId: string;
  readonly endpoint: string;
  /** KV usage, 0 to 1. */
  readonly kvCachePercentage: number;
  readonly inputTokenLength: Tokens;
  readonly numRequestWaiting: number;
  readonly numRequestRunning: number;
  readonly numTokensGenerated: Tokens;
  /** Matched share of the prompt, 0 to 1. */
  readonly prefixCacheScore: number;
  /** Value of the endpoint's role label, or empty. */
  readonly podType: string;
  readonly prefillTokensInFlight: Tokens;
  readonly decodeTokensInFlight: Tokens;
}

export interface PredictedLatency {
  readonly ttft: number;
  readonly tpot: number;
}

/** Either of the two may be missing: TTFT is known with the first chunk, TPOT at the end. */
export interface LatencySample {
  readonly features: LatencyFeatures;
  readonly ttft?: number;
  readonly tpot?: number;
}
