import { z } from 'zod';

import { API_VERSION, manifest } from './run-report.ts';

/*
 * The document of `fleetcast validate`: forecasts beside what was measured. Units and rules are those of a RunReport; an
 * absent figure is an absent key. error = predicted / measured - 1.
 */

/** Whether constants may be fitted to a (model, GPU) pair, or the pair only examines them. */
export const split = z.enum(['fit', 'held-out']);

/** Load factor: throughput of a point over the plateau of its series, both measured. */
export const loadBin = z.enum(['steady', 'loaded', 'knee']);

/** What the goals of accuracy are stated for. */
export const accuracyClass = z.enum(['dense BF16', 'FP8 and MoE', 'FP4 and INT4']);

/** Whether it is known how the client sent its requests and took its times. */
const client = z.enum(['documented', 'unknown']);

/** Fewer (model, GPU) than this say little about the next one. */
export const ENOUGH_PAIRS = 3;

const validationCell = z.strictObject({
  id: z.string(),
  /** File that the measurement comes from. */
  source: z.string(),
  model: z.string(),
  hardware: z.string(),
  /** Dotted path of a RunReport entry: `ttft.p90`. */
  metric: z.string(),
  unit: z.enum(['s', '/s']),
  /** Engine profile that was simulated. */
  engine: z.string(),
  precision: z.string(),
  class: accuracyClass,
  split,
  measured: z.number(),
  predicted: z.number(),
  error: z.number(),
  /** Standard deviation of repeated runs over their mean, where there are any. */
  noise: z.number().optional(),
  /** Absent where no plateau of throughput was measured. */
  loadFactor: z.number().optional(),
  bin: loadBin.optional(),
  /** Share of waiting in the mean TTFT that was forecast. */
  queueShare: z.number().optional(),
  /** Mean batch of a replica in the forecast. */
  meanRunning: z.number().optional(),
  /** Means of the requests that were played. */
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  client,
  /** Codes of what weakens the comparison. */
  labels: z.array(z.string()),
});

/** First load at which mean TTFT exceeds twice its value at the lowest load; absent when none does. */
const validationKnee = z.strictObject({
  id: z.string(),
  loadUnit: z.enum(['requests/s', 'requests in flight']),
  measured: z.number().optional(),
  predicted: z.number().optional(),
  /** Points of the series between the two knees; the end of the series stands for a knee beyond it. */
  stagesApart: z.int(),
  /** Mean TTFT in seconds at each load, ascending. */
  points: z.array(z.strictObject({ load: z.number(), measured: z.number(), predicted: z.number() })),
});

const validationOrder = z.strictObject({
  id: z.string(),
  metric: z.string(),
  /** Names of policies, the best first. */
  measured: z.array(z.string()),
  predicted: z.array(z.string()),
  /** Pairs (better, worse) that are more than a tenth apart and that the forecast orders the other way round. */
  swapped: z.array(z.tuple([z.string(), z.string()])),
  /** By name: what they were ordered by. */
  measuredValues: z.record(z.string(), z.number()),
  predictedValues: z.record(z.string(), z.number()),
});

/** The requests of one run, each compared with its own measurement. */
const validationRequests = z.strictObject({
  id: z.string(),
  metric: z.string(),
  count: z.int(),
  meanError: z.number(),
  medianAbsoluteError: z.number(),
  p90AbsoluteError: z.number(),
});

/** What the errors of some cells come to. */
export const errorFigures = z.strictObject({
  count: z.int(),
  /** Distinct (model, GPU). */
  pairs: z.int(),
  /** Fewer than `ENOUGH_PAIRS`. */
  indicative: z.boolean(),
  meanError: z.number(),
  medianAbsoluteError: z.number(),
  meanAbsoluteError: z.number(),
  /** Signed error of the largest size. */
  worst: z.number(),
  /** Median of the cells' noise, where runs were repeated. */
  noise: z.number().optional(),
});

const validationSummary = z.strictObject({
  metric: z.string(),
  /** Absent for cells without a load factor. */
  bin: loadBin.optional(),
  split,
  class: accuracyClass,
  client,
  /** One model on one GPU; absent in the rows over all of them. */
  hardware: z.string().optional(),
  model: z.string().optional(),
  ...errorFigures.shape,
});

/** How far the forecast is from what it is meant to reach, over steady and loaded points of all models and GPUs. */
export const validationGoal = z.strictObject({
  /** What it is about: `TPOT, dense BF16`. */
  title: z.string(),
  metric: z.string(),
  class: accuracyClass.optional(),
  split,
  client,
  ...errorFigures.shape,
  medianGoal: z.number(),
  meanGoal: z.number(),
  met: z.boolean(),
});

export const validationReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('ValidationReport'),
  manifest,
  cells: z.array(validationCell),
  knees: z.array(validationKnee),
  orders: z.array(validationOrder),
  requests: z.array(validationRequests),
  notScored: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  summary: z.array(validationSummary),
  goals: z.array(validationGoal),
});

export type Split = z.infer<typeof split>;
export type LoadBin = z.infer<typeof loadBin>;
export type AccuracyClass = z.infer<typeof accuracyClass>;
export type ValidationCell = z.infer<typeof validationCell>;
export type ValidationKnee = z.infer<typeof validationKnee>;
export type ValidationOrder = z.infer<typeof validationOrder>;
export type ValidationRequests = z.infer<typeof validationRequests>;
export type ErrorFigures = z.infer<typeof errorFigures>;
export type ValidationSummary = z.infer<typeof validationSummary>;
export type ValidationGoal = z.infer<typeof validationGoal>;
export type ValidationReport = z.infer<typeof validationReport>;
