import { random } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';
import type {
  LatencyFeatures,
  LatencyPredictor,
  LatencySample,
  PredictedLatency,
} from '../../../scheduler/latency-predictor.ts';
import { fitBayesianRidge } from './bayesian-ridge.ts';
import { fitBoostedTrees } from './boosted-trees.ts';
import { tpotVector, ttftVector } from './feature-vector.ts';
import { ModelTrainer, type Training } from './model-trainer.ts';
import { normalQuantile } from './normal-quantile.ts';
import type { LearnerInput } from './prediction-input.ts';

/**
 * Learns TTFT and TPOT while the run goes on, as the servers beside llm-d's endpoint picker do. A sample is known when the
 * picker has seen the first chunk (TTFT) or the end (TPOT); it leaves with the next batch, is trained on at the next
 * retraining and predicts from the next synchronisation on: the model that answers at `now` knows nothing younger than those
 * three instants, all of them before `now`. Until there is a model of TTFT nothing is predicted, and llm-d's scorer falls
 * back to its composite; until there is one of TPOT, TPOT is 0 (no stream has told it yet). Predictions are quantiles:
 * of gradient-boosted trees (the chart's default model), or mean + z x deviation of a Bayesian ridge regression; at least 0.
 * Training takes no simulated time. Not modelled: the split into two models by whether the endpoint queues, failed
 * predictions, and the time that a prediction takes (see decision_time).
 * Source: docs of llm-d/llm-d-latency-predictor (2026).
 */
export class LatencyLearner implements LatencyPredictor {
  private readonly ttft: ModelTrainer;
  private readonly tpot: ModelTrainer;

  /** `router` numbers the replicas of a gateway: each has servers of its own. */
  constructor(input: LearnerInput, seed: number, router: number) {
    const train = trainingOf(input);
    this.ttft = new ModelTrainer(input, ttftVector, train, random(seed, router, 'latency samples: ttft'));
    this.tpot = new ModelTrainer(input, tpotVector, train, random(seed, router, 'latency samples: tpot'));
  }

  predict(features: readonly LatencyFeatures[], now: Seconds): readonly PredictedLatency[] | undefined {
    const ttft = this.ttft.model(now);
    if (ttft === undefined) return undefined;
    const tpot = this.tpot.model(now);
    return features.map((one) => ({
      ttft: Math.max(0, ttft.at(ttftVector(one))),
      tpot: Math.max(0, tpot?.at(tpotVector(one)) ?? 0),
    }));
  }

  learn({ features, ttft, tpot }: LatencySample, now: Seconds): void {
    if (ttft !== undefined) this.ttft.add(features, ttft, now);
    if (tpot !== undefined) this.tpot.add(features, tpot, now);
  }
}

function trainingOf({ modelType, quantile }: LearnerInput): Training {
  if (modelType === 'xgboost')
    return (rows, answers, source) => fitBoostedTrees(rows, answers, quantile, source);
  const deviations = normalQuantile(quantile);
  return (rows, answers) => {
    const line = fitBayesianRidge(rows, answers);
    return {
      at(row) {
        const { mean, deviation } = line.at(row);
        return mean + deviations * deviation;
      },
    };
  };
}
