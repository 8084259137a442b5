/** A trained model of one latency. */
export interface LatencyModel {
  /** The quantile that it was trained for, at a point. */
  at(features: Float64Array): number;
}
