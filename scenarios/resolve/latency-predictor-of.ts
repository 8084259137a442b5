import type { LatencyPredictorInput } from '../../sim/fleet/latency-prediction/prediction-input.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import type { GatewaySpec } from '../schema/policy-schema.ts';

type Spec = NonNullable<GatewaySpec['latency_predictor']>;
type Settings = { readonly [Key in Exclude<keyof Spec, 'kind'>]-?: NonNullable<Spec[Key]> };

/**
 * A learned predictor's settings. Sources: docs of llm-d/llm-d-latency-predictor (LATENCY_MODEL_TYPE xgboost, MODEL_SYNC_INTERVAL_SEC 10,
 * LATENCY_MIN_SAMPLES_FOR_RETRAIN_FRESH 10, LATENCY_MAX_TRAINING_DATA_SIZE_PER_BUCKET 500, LATENCY_QUANTILE_ALPHA 0.9) and
 * the ConfigMap of its deployments (LATENCY_RETRAINING_INTERVAL_SEC 1, LATENCY_MIN_SAMPLES_FOR_RETRAIN 100). That the
 * picker sends its samples every second is an assumption.
 */
const LEARNED: Settings = {
  model_type: 'xgboost',
  sample_flush_interval: '1s',
  retraining_interval: '1s',
  model_sync_interval: '10s',
  min_samples_fresh: 10,
  min_samples: 100,
  samples_per_bucket: 500,
  quantile: 0.9,
};

/** With every default; a gateway whose picker asks for predictions has a learned predictor unless the scenario says otherwise. */
export function fillLatencyPredictor(spec: Spec | undefined): Spec {
  const kind = spec?.kind ?? 'learned';
  return kind === 'learned' ? { kind, ...LEARNED, ...defined(spec ?? {}) } : { kind };
}

/** The predictor as the fleet runs it. */
export function latencyPredictorOf(spec: Spec | undefined): LatencyPredictorInput | undefined {
  if (spec === undefined || spec.kind === 'none') return undefined;
  if (spec.kind === 'oracle') return { kind: 'oracle' };
  const filled = { ...LEARNED, ...defined(spec) };
  return {
    kind: 'learned',
    sampleFlushInterval: secondsOf(filled.sample_flush_interval),
    retrainingInterval: secondsOf(filled.retraining_interval),
    modelSyncInterval: secondsOf(filled.model_sync_interval),
    minSamplesFresh: filled.min_samples_fresh,
    minSamples: filled.min_samples,
    samplesPerBucket: filled.samples_per_bucket,
    modelType: filled.model_type,
    quantile: filled.quantile,
  };
}

function defined(spec: Partial<Spec>): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(spec).filter(([key, value]) => key !== 'kind' && value !== undefined),
  );
}
