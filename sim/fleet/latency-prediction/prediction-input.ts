import type { Seconds } from '../../../base/units.ts';

/** Who predicts the latencies of a gateway's decisions. */
export type LatencyPredictorInput = LearnerInput | { readonly kind: 'oracle' };

/** An online learner: llm-d's training server and prediction servers beside the endpoint picker. */
export interface LearnerInput {
  readonly kind: 'learned';
  /** Between two batches of samples that the picker sends. */
  readonly sampleFlushInterval: Seconds;
  readonly retrainingInterval: Seconds;
  /** Between two looks of the prediction servers for a newer model. */
  readonly modelSyncInterval: Seconds;
  /** Samples of a latency for its first model, and for every further one. */
  readonly minSamplesFresh: number;
  readonly minSamples: number;
  readonly samplesPerBucket: number;
  readonly modelType: 'xgboost' | 'bayesian_ridge';
  /** Predict this quantile. */
  readonly quantile: number;
}
