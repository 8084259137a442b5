import { describe, expect, it } from 'vitest';

import { random } from '../../../../base/random.ts';
import type { LatencyFeatures } from '../../../../scheduler/latency-predictor.ts';
import { fitBayesianRidge } from '../../../../sim/fleet/latency-prediction/bayesian-ridge.ts';
import { ttftVector } from '../../../../sim/fleet/latency-prediction/feature-vector.ts';
import { ModelTrainer, type Training } from '../../../../sim/fleet/latency-prediction/model-trainer.ts';
import { normalQuantile } from '../../../../sim/fleet/latency-prediction/normal-quantile.ts';
import type { LearnerInput } from '../../../../sim/fleet/latency-prediction/prediction-input.ts';
import { SampleWindow } from '../../../../sim/fleet/latency-prediction/sample-window.ts';

const INPUT: LearnerInput = {
  kind: 'learned',
  sampleFlushInterval: 3,
  retrainingInterval: 2,
  modelSyncInterval: 10,
  minSamplesFresh: 5,
  minSamples: 40,
  samplesPerBucket: 1000,
  modelType: 'bayesian_ridge',
  quantile: 0.9,
};

/** The mean of a ridge regression. */
const ridge: Training = (rows, answers) => {
  const line = fitBayesianRidge(rows, answers);
  return { at: (row) => line.at(row).mean };
};

function features(inputTokenLength: number, others: Partial<LatencyFeatures> = {}): LatencyFeatures {
  return {
    requestId: 'r',
    endpoint: 'e',
    kvCachePercentage: 0,
    inputTokenLength,
    numRequestWaiting: 0,
    numRequestRunning: 0,
    numTokensGenerated: 1,
    prefixCacheScore: 0,
    podType: '',
    prefillTokensInFlight: 0,
    decodeTokensInFlight: 0,
    ...others,
  };
}

describe('a Bayesian ridge regression', () => {
  it('finds a noisy line, its noise, and gives a feature that never changes no weight', () => {
    const source = random(1, 0, 'rows');
    const rows = Array.from({ length: 400 }, () =>
      Float64Array.of(source.uniform() * 1000, source.uniform(), 7),
    );
    const answers = rows.map(([a = 0, b = 0]) => 20 + 0.5 * a - 30 * b + 4 * source.normal());
    const line = fitBayesianRidge(rows, answers);
    for (const [a, b] of [
      [0, 0],
      [500, 0.5],
      [1000, 1],
    ] as const) {
      const { mean, deviation } = line.at(Float64Array.of(a, b, 7));
      expect(Math.abs(mean - (20 + 0.5 * a - 30 * b))).toBeLessThan(1.5);
      expect(Math.abs(deviation - 4)).toBeLessThan(0.6);
    }
    const z = normalQuantile(0.9);
    const below = rows.filter((row, k) => {
      const { mean, deviation } = line.at(row);
      return (answers[k] ?? 0) <= mean + z * deviation;
    });
    expect(below.length / rows.length).toBeGreaterThan(0.86);
    expect(below.length / rows.length).toBeLessThan(0.94);
  });

  it('is one value where all samples are the same', () => {
    const { mean } = fitBayesianRidge([Float64Array.of(1, 2), Float64Array.of(1, 2)], [5, 5]).at(
      Float64Array.of(9, 9),
    );
    expect(mean).toBe(5);
  });

  it('says with which factor a quantile lies above the mean', () => {
    // Tables of the normal distribution.
    expect(normalQuantile(0.9)).toBeCloseTo(1.2815516, 5);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 5);
    expect(normalQuantile(0.1)).toBeCloseTo(-1.2815516, 5);
  });
});

describe('the training of a model', () => {
  it('passes three clocks: a sample predicts from the synchronisation after its batch and its training on', () => {
    const trainer = new ModelTrainer(INPUT, ttftVector, ridge, random(1, 0, 'held out'));
    for (let k = 0; k < 10; k++) trainer.add(features(100 * k), 10 * k, 0.5);
    expect(trainer.model(9.999)).toBeUndefined();
    const first = trainer.model(10);
    expect(first).toBeDefined();
    // Their batch leaves at 21 s, they are trained on at 22 s, and the servers look again at 30 s.
    for (let k = 0; k < 60; k++) trainer.add(features(100 * k), 1000, 18.5);
    expect(trainer.model(29.999)).toBe(first);
    expect(trainer.model(30)?.at(ttftVector(features(500)))).toBeGreaterThan(500);
  });

  it('keeps the first model until there are samples enough for a better one', () => {
    const trainer = new ModelTrainer(INPUT, ttftVector, ridge, random(1, 0, 'held out'));
    for (let k = 0; k < 10; k++) trainer.add(features(100 * k), 10 * k, 0.5);
    const first = trainer.model(10);
    for (let k = 0; k < 10; k++) trainer.add(features(100 * k), 10 * k, 11);
    expect(trainer.model(20)).toBe(first);
    for (let k = 0; k < 60; k++) trainer.add(features(100 * k), 10 * k, 21);
    expect(trainer.model(30)).not.toBe(first);
  });

  it('keeps rare states apart from common ones', () => {
    const window = new SampleWindow(20, random(1, 0, 'window'));
    for (let k = 0; k < 500; k++) window.add(features(k), ttftVector(features(k)), k);
    window.add(features(1), ttftVector(features(1, { numRequestWaiting: 12 })), -1);
    window.add(features(1, { numRequestWaiting: 12 }), ttftVector(features(1)), -2);
    window.add(features(1, { kvCachePercentage: 1, prefixCacheScore: 1 }), ttftVector(features(1)), -3);
    const answers = window.samples().map(({ answer }) => answer);
    expect(answers).toHaveLength(22);
    expect(window.size).toBe(22);
    expect(answers.filter((answer) => answer === -2 || answer === -3)).toHaveLength(2);
    expect(Math.max(...answers)).toBeGreaterThan(400);
  });
});
