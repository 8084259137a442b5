import type { Seconds, Tokens, Usd } from '../../base/units.ts';
import type { Label } from '../../documents/run-report.ts';
import type { LoadedConfig } from '../../scheduler/index.ts';
import type { RoutingPolicy } from '../../scheduler/policies/routing-policy.ts';
import type { EngineConfig } from '../engine/engine-config.ts';
import type { StepTimeModel } from '../latency/step-time-model.ts';
import type { Slo } from '../metrics/slo.ts';
import type { DecisionSelection } from './decision-log.ts';
import type { LatencyPredictorInput } from './latency-prediction/prediction-input.ts';
import type { Workload } from '../workload/workload.ts';

/** Everything that one run needs, resolved: no file, no profile name, no default is left to look up. */
export interface RunInput {
  readonly policy: string;
  readonly seed: number;
  /** Of what chance decides in the router: ties, phases of scrapes; undefined = `seed`. */
  readonly routerSeed?: number | undefined;
  /** Name of the model that requests ask for. */
  readonly model: string;
  readonly workload: Workload;
  readonly client: ClientInput;
  readonly pools: readonly PoolInput[];
  /** What happens to replicas; undefined = nothing. */
  readonly events?: readonly ReplicaEvent[] | undefined;
  readonly router: RouterInput;
  readonly slo: Slo | undefined;
  /** Requests that arrive before this are played and left out of every figure. */
  readonly warmup: Seconds;
  readonly until: 'drained' | 'last-arrival';
  /** A run that reaches this stops and counts what is in flight as unfinished; undefined = derived from the arrivals. */
  readonly limit: Seconds | undefined;
  /** Things that weaken the forecast and were known before it ran. */
  readonly labels: readonly Label[];
  /** Verify every law after every event. */
  readonly check: boolean;
  /** Requests whose decisions are kept with their reasons; undefined = none, which costs nothing. */
  readonly decisions?: DecisionSelection | undefined;
}

export interface ReplicaEvent {
  readonly at: Seconds;
  /** Its number: replicas count through all pools, in their order. */
  readonly replica: number;
  /**
   * fail: it is gone, its requests fail. restart: it comes back after that, or after a drain, with a cold cache. drain: it
   * gets no new requests and finishes those it has. slow: its steps take `factor` times as long from then on.
   */
  readonly do: 'fail' | 'restart' | 'drain' | 'slow';
  readonly factor: number;
}

export interface PoolInput {
  readonly name: string;
  readonly replicas: number;
  readonly gpusPerReplica: number;
  readonly usdPerGpuHour: Usd | undefined;
  readonly role: 'both' | 'prefill' | 'decode';
  /** Labels of its endpoints beside their role. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly engine: EngineConfig;
  /** Tokens of a KV block as its servers tell routers; undefined = as it is. */
  readonly reportedBlockSize?: Tokens | undefined;
  readonly stepTime: StepTimeModel;
  /** With numSpeculativeTokens: the probability that a draft is accepted while those before it were. */
  readonly draftAcceptance?: number | undefined;
}

/** What stands between the clients and the fleet. */
export interface ClientInput {
  /** Beyond this many in flight, requests wait at the client and their clock starts when they are sent. */
  readonly maxInFlight: number | undefined;
  /** Beyond this many in flight, requests fail at once. */
  readonly maxConnections: number | undefined;
  readonly timeout: Seconds | undefined;
  readonly streaming: boolean;
  readonly retries: number;
  readonly cancelShare: number;
}

export type RouterInput =
  | {
      /** A rule that is no EndpointPickerConfig: round-robin, or another system's. `make` gives a fresh one. */
      readonly kind: 'policy';
      readonly make: () => RoutingPolicy;
      readonly gateway: GatewayInput;
    }
  | {
      readonly kind: 'endpoint-picker';
      readonly config: LoadedConfig;
      readonly gateway: GatewayInput;
      readonly tieBreak: 'random' | 'rotate-all' | 'rotate-tier';
    };

/** How a real gateway would see and serve the fleet. */
export interface GatewayInput {
  readonly scrapeInterval: Seconds;
  readonly scrapePhase: 'random' | 'aligned';
  readonly kvEventDelay: Seconds;
  readonly replicas: number;
  readonly sharedState: boolean;
  readonly decisionTime: Seconds;
  readonly tokenizationTime: Seconds;
  readonly producerOrder: 'prefix-first' | 'in-flight-first';
  /** Bytes that one trace token stands for; undefined = one router pseudo-token per trace token. */
  readonly bytesPerToken: number | undefined;
  /** Who answers predicted-latency-producer; undefined = nobody, as when its servers are down. */
  readonly latencyPredictor?: LatencyPredictorInput | undefined;
  /** Whether requests carry the run's SLO in llm-d's headers. */
  readonly sloHeaders?: boolean | undefined;
}
