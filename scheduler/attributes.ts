import type { Blocks, Tokens } from '../base/units.ts';

/*
 * The values behind data keys, and the texts of the keys under their default producers.
 * Source: pkg/epp/framework/plugins/datalayer/attribute/ of llm-d-router at ebab6879.
 */

/** How much of a prompt a prefix index believes an endpoint to hold. Immutable: endpoints may share one. */
export interface PrefixMatch {
  readonly matchBlocks: Blocks;
  readonly totalBlocks: Blocks;
  readonly blockSizeTokens: Tokens;
  /** Blocks cached without regard to the tier's weight; equals matchBlocks where there are no tiers. */
  readonly cachedBlocks: Blocks;
  readonly cachedBlocksByTier?: Readonly<Record<string, Blocks>>;
}

/** Requests and tokens that the router has sent to an endpoint and not seen end. Live: its producer changes it. */
export interface InFlightLoad {
  requests: number;
  tokens: Tokens;
}

/** What a latency predictor says of a request on an endpoint; milliseconds. Headroom = SLO - prediction. */
export interface LatencyPrediction {
  readonly ttftValid: boolean;
  readonly tpotValid: boolean;
  readonly ttftHeadroom: number;
  readonly tpotHeadroom: number;
  readonly ttft: number;
  readonly tpot: number;
  /** Requests that the router has dispatched to the endpoint and not seen end. */
  readonly dispatched: number;
}

/** Encoder outputs that a request needs and those of them that an endpoint holds. */
export interface EncoderMatch {
  readonly matched: readonly EncoderItem[];
  readonly request: readonly EncoderItem[];
}

export interface EncoderItem {
  readonly hash: string;
  readonly size: number;
}

/** Where a server stands; an absent level is unknown and equals nothing. */
export interface Topology {
  readonly hostname?: string;
  readonly rack?: string;
  readonly zone?: string;
  readonly region?: string;
}

export const APPROX_PRODUCER = 'approx-prefix-cache-producer';
export const PRECISE_PRODUCER = 'precise-prefix-cache-producer';
export const IN_FLIGHT_PRODUCER = 'inflight-load-producer';
export const LATENCY_PRODUCER = 'predicted-latency-producer';
export const ENCODER_PRODUCER = 'mm-embeddings-cache-producer';
export const SESSION_PRODUCER = 'session-id-producer';
export const TOKEN_PRODUCER = 'token-producer';
export const TOPOLOGY_EXTRACTOR = 'topology-extractor';

/** Values per endpoint and request: PrefixMatch. */
export const prefixMatchData = (producer = APPROX_PRODUCER): string =>
  `PrefixCacheMatchInfoDataKey/${producer}`;
/** Values per endpoint, live: InFlightLoad. */
export const inFlightData = (producer = IN_FLIGHT_PRODUCER): string => `InFlightLoadDataKey/${producer}`;
/** Values per endpoint and request: tokens (number). */
export const uncachedTokensData = (producer = IN_FLIGHT_PRODUCER): string =>
  `UncachedRequestTokensDataKey/${producer}`;
/** Values per endpoint and request: LatencyPrediction. */
export const latencyData = (producer = LATENCY_PRODUCER): string =>
  `LatencyPredictionInfoDataKey/${producer}`;
/** Values per endpoint and request: EncoderMatch. */
export const encoderMatchData = (producer = ENCODER_PRODUCER): string =>
  `MultiModalEncoderCacheMatchInfoKey/${producer}`;
/** Value of the request: string. */
export const sessionIdData = (producer = SESSION_PRODUCER): string => `SessionIDDataKey/${producer}`;
/** Value of the request: readonly Prompt[] (see RequestState.prompts). */
export const tokenizedPromptData = (producer = TOKEN_PRODUCER): string => `TokenizedPrompt/${producer}`;
/** Values per endpoint: Topology. */
export const topologyData = (producer = TOPOLOGY_EXTRACTOR): string => `Topology/${producer}`;
/** Value of the request: the endpoint chosen by an earlier profile (Endpoint). */
export const PEER_DATA = 'peer-endpoint/disagg-profile-handler';
/** Who reads the metrics of engines; its values are in Endpoint.metrics, the texts below only say that somebody does. */
export const METRICS_EXTRACTOR = 'core-metrics-extractor';
export type CoreMetric =
  'WaitingQueueSize' | 'RunningRequestsSize' | 'KVCacheUsagePercent' | 'ActiveModels' | 'WaitingModels';
export const coreMetricData = (metric: CoreMetric): string => `${metric}/${METRICS_EXTRACTOR}`;
