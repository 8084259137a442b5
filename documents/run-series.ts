/** Bins of every series, from the first arrival to the end of the run. */
export const SERIES_BINS = 300;

/** What the replicas of one run did over time, averaged in SERIES_BINS equal bins. */
export interface RunSeries {
  /** Start of the first bin and end of the last one, seconds. */
  readonly from: number;
  readonly to: number;
  readonly replicas: readonly ReplicaSeries[];
}

/** Time-weighted means per bin, SERIES_BINS values each; NaN where the replica did not exist. */
export interface ReplicaSeries {
  /** `h100/3`: pool and number, as in the endpoint column of the request table. */
  readonly name: string;
  readonly pool: string;
  /** Requests in the running batch. */
  readonly running: Float64Array;
  /** Requests that the last pass could not admit. */
  readonly waiting: Float64Array;
  /** Share of KV blocks in use, 0 to 1. */
  readonly kvShare: Float64Array;
  /** Share of the bin with a step in flight, 0 to 1. */
  readonly busy: Float64Array;
}
