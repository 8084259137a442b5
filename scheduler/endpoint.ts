import { NO_METRICS, type Metrics } from './metrics.ts';

/** What a host knows of an endpoint when it appears. */
export interface EndpointInfo {
  /** `namespace/name`: what identifies it when it goes and comes back. */
  readonly id: string;
  readonly address: string;
  readonly port: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * One routable engine core. `index` is a small integer that stands for `id` as long as anything remembers the
 * endpoint: plugins keep their state in arrays by it, and drop it when `forget` tells them that the index is free.
 */
export class Endpoint {
  readonly id: string;
  readonly index: number;
  readonly address: string;
  readonly port: string;
  readonly labels: ReadonlyMap<string, string>;
  metrics: Metrics = NO_METRICS;
  /** Values that belong to the endpoint and not to a request, by slot of their key; live, not copied. */
  readonly attributes: unknown[] = [];

  constructor(info: EndpointInfo, index: number) {
    this.id = info.id;
    this.index = index;
    this.address = info.address;
    this.port = info.port;
    this.labels = new Map(Object.entries(info.labels ?? {}));
  }
}
