import type { Seconds } from '../base/units.ts';
import type { ProducerOrder } from './cycle/order-producers.ts';
import type { LatencyPredictor } from './latency-predictor.ts';
import type { TieBreak } from './plugin-type.ts';

/** What a picker is made with beside its configuration. */
export interface EndpointPickerOptions {
  readonly seed: number;
  /** Tells runs of one seed apart (several routers, replications); 0 unless given. */
  readonly run?: number;
  readonly tieBreak?: TieBreak;
  readonly producerOrder?: ProducerOrder;
  readonly latencyPredictor?: LatencyPredictor;
  /** Between two scrapes of an endpoint, the picker's --refresh-metrics-interval: 0.05 unless given. */
  readonly refreshInterval?: Seconds;
}
