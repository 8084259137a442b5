import type { Random } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';
import type { LatencyFeatures } from '../../../scheduler/latency-predictor.ts';
import type { LatencyModel } from './latency-model.ts';
import type { LearnerInput } from './prediction-input.ts';
import { SampleWindow } from './sample-window.ts';

/** Share of the samples that is kept apart for the server's own quality figures. Source: LATENCY_TEST_TRAIN_RATIO, 0.1. */
const HELD_OUT = 0.1;

/** Makes a model of rows of features, of equal length, and the latencies that belong to them. */
export type Training = (
  rows: readonly Float64Array[],
  answers: readonly number[],
  random: Random,
) => LatencyModel;

interface Sent {
  readonly features: LatencyFeatures;
  readonly answer: number;
  /** With the batch of this number it reaches the training server. */
  readonly batch: number;
}

/**
 * One latency's way from samples to the model that predicts it. Instants are multiples of three intervals: batch, training,
 * synchronisation. Nothing happens at them; what has happened up to `now` is worked out when somebody asks.
 */
export class ModelTrainer {
  private readonly input: LearnerInput;
  private readonly vectorOf: (features: LatencyFeatures) => Float64Array;
  private readonly train: Training;
  private readonly random: Random;
  private readonly window: SampleWindow;
  /** Samples that have not reached the training server, in order; `arrived` of them are of no use any more. */
  private sent: Sent[] = [];
  /** Number of the last synchronisation and of the last training. */
  private synced = 0;
  private trained = 0;
  private published: LatencyModel | undefined;

  constructor(
    input: LearnerInput,
    vectorOf: (features: LatencyFeatures) => Float64Array,
    train: Training,
    source: Random,
  ) {
    this.input = input;
    this.train = train;
    this.vectorOf = vectorOf;
    this.random = source;
    this.window = new SampleWindow(input.samplesPerBucket, source);
  }

  add(features: LatencyFeatures, answer: number, now: Seconds): void {
    this.sent.push({ features, answer, batch: Math.floor(now / this.input.sampleFlushInterval) + 1 });
  }

  /** The model that the prediction servers hold at `now`. */
  model(now: Seconds): LatencyModel | undefined {
    const { modelSyncInterval, retrainingInterval } = this.input;
    const sync = Math.floor(now / modelSyncInterval);
    if (sync > this.synced) {
      this.synced = sync;
      this.trainUntil(Math.floor((sync * modelSyncInterval) / retrainingInterval));
    }
    return this.published;
  }

  /** All trainings up to this one. Only the last of them is of account, but for the first model: it needs fewer samples. */
  private trainUntil(last: number): void {
    const { minSamples, minSamplesFresh } = this.input;
    let isStale = false;
    for (let training = this.nextTraining(); training <= last; training = this.nextTraining()) {
      this.trained = training;
      this.receive(training);
      if (this.published === undefined) {
        if (this.window.size >= minSamplesFresh) this.fit();
      } else {
        isStale = this.window.size >= minSamples;
      }
    }
    if (isStale) this.fit();
  }

  /** The first training that has something new to train on; Infinity when nothing is under way. */
  private nextTraining(): number {
    const first = this.sent[0];
    if (first === undefined) return Infinity;
    const { sampleFlushInterval, retrainingInterval } = this.input;
    return Math.max(this.trained + 1, Math.ceil((first.batch * sampleFlushInterval) / retrainingInterval));
  }

  private receive(training: number): void {
    const { sampleFlushInterval, retrainingInterval } = this.input;
    const batches = Math.floor((training * retrainingInterval) / sampleFlushInterval);
    let arrived = 0;
    for (const { features, answer, batch } of this.sent) {
      if (batch > batches) break;
      arrived++;
      if (this.random.uniform() >= HELD_OUT) this.window.add(features, this.vectorOf(features), answer);
    }
    this.sent = this.sent.slice(arrived);
  }

  private fit(): void {
    const samples = this.window.samples();
    this.published = this.train(
      samples.map(({ row }) => row),
      samples.map(({ answer }) => answer),
      this.random,
    );
  }
}
