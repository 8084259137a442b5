import { z } from 'zod';

/*
 * The document of `fleetcast run -o json`. Seconds, tokens, bytes and USD throughout; an absent figure is an absent key.
 */

export const API_VERSION = 'fleetcast/v1alpha1';

/** Distribution of a duration over completed requests. Percentiles interpolate linearly (numpy's default). */
export const distribution = z.strictObject({
  unit: z.literal('s'),
  count: z.int().nonnegative(),
  mean: z.number().optional(),
  p50: z.number().optional(),
  p90: z.number().optional(),
  p95: z.number().optional(),
  p99: z.number().optional(),
  max: z.number().optional(),
  /** Relative width of the histogram's buckets, where the figures come from a histogram. */
  resolution: z.number().optional(),
});

export const requestCounts = z.strictObject({
  offered: z.int().nonnegative(),
  completed: z.int().nonnegative(),
  rejected: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  timedOut: z.int().nonnegative(),
  cancelled: z.int().nonnegative(),
  unfinished: z.int().nonnegative(),
});

/** What is measured of a set of requests: of a run, of a stage, of a class. */
const metrics = {
  requests: requestCounts,
  ttft: distribution,
  tpot: distribution,
  e2e: distribution,
  queueTime: distribution,
  gatewayQueueTime: distribution,
  throughput: z.strictObject({
    requestsPerSecond: z.number().optional(),
    inputTokensPerSecond: z.number().optional(),
    outputTokensPerSecond: z.number().optional(),
  }),
  goodput: z
    .strictObject({
      requestsPerSecond: z.number().optional(),
      /** Share of offered requests that completed and met every target. */
      attainment: z.number().optional(),
      /** 2.5 % point of the block bootstrap of attainment. */
      attainmentLowerBound: z.number().optional(),
      meetsSlo: z.boolean().optional(),
    })
    .optional(),
  prefixCache: z.strictObject({
    queriedTokens: z.number(),
    hitTokens: z.number(),
    hitRate: z.number().optional(),
    /** Hit tokens that the router believed it would find where it sent the request. */
    predictedHitTokens: z.number().optional(),
  }),
};

export const label = z.strictObject({
  code: z.string(),
  text: z.string(),
  /** Path in the scenario or profile that the label is about. */
  path: z.string().optional(),
});

export const verdict = z.enum(['stable', 'saturated', 'unstable']);

export const pool = z.strictObject({
  name: z.string(),
  replicas: z.int(),
  gpus: z.int(),
  meanRunning: z.number().optional(),
  meanWaiting: z.number().optional(),
  meanKvShare: z.number().optional(),
  busyShare: z.number().optional(),
  /** Mean running batch of the busiest replica over that of the pool: 1 = even. */
  imbalance: z.number().optional(),
});

export const stage = z.strictObject({
  name: z.string(),
  rate: z.number().optional(),
  concurrency: z.int().optional(),
  duration: z.number().optional(),
  start: z.number(),
  wallSeconds: z.number(),
  warmup: z.boolean(),
  ...metrics,
});

export const classReport = z.strictObject({ name: z.string(), ...metrics });

export const thresholdResult = z.strictObject({
  expression: z.string(),
  policy: z.string(),
  value: z.number().optional(),
  limit: z.number().optional(),
  ok: z.boolean(),
});

export const runEntry = z.strictObject({
  policy: z.string(),
  seed: z.int(),
  verdict,
  ...metrics,
  /** All gaps between tokens, pooled. */
  itl: distribution,
  /** Share of the offered input tokens that came with rejected requests; absent when none was rejected. */
  rejectedInputTokenShare: z.number().optional(),
  /** Why requests were rejected or failed, the most frequent reason first; absent when nobody was turned away for a reason. */
  rejectionReasons: z.array(z.strictObject({ reason: z.string(), count: z.int() })).optional(),
  preemptions: z.int().nonnegative(),
  kvTransfer: z.strictObject({ count: z.int(), bytes: z.number(), seconds: distribution }).optional(),
  cost: z
    .strictObject({
      usdPerHour: z.number(),
      usdPerMillionInputTokens: z.number().optional(),
      usdPerMillionOutputTokens: z.number().optional(),
    })
    .optional(),
  simulatedSeconds: z.number(),
  pools: z.array(pool),
  stages: z.array(stage).optional(),
  classes: z.array(classReport).optional(),
  thresholds: z.array(thresholdResult).optional(),
  labels: z.array(label),
});

export const comparisonVerdict = z.enum(['better', 'worse', 'too close to call', 'too little data']);

export const comparison = z.strictObject({
  baseline: z.string(),
  candidate: z.string(),
  /** Dotted path of a run entry: `ttft.p90`. */
  metric: z.string(),
  baselineValue: z.number().optional(),
  candidateValue: z.number().optional(),
  /** candidate - baseline */
  difference: z.number().optional(),
  /** candidate / baseline */
  ratio: z.number().optional(),
  /** 2.5 and 97.5 % points of the difference over the bootstrap's draws. */
  interval: z.tuple([z.number(), z.number()]).optional(),
  /** Blocks that were drawn from. */
  blocks: z.int().optional(),
  verdict: comparisonVerdict,
});

/**
 * Where a measurement would probably lie: the forecast, its seeds and the errors of forecasts that were compared with
 * measurements (`fleetcast validate`).
 */
export const band = z.strictObject({
  policy: z.string(),
  /** Dotted path of a run entry: `ttft.p90`. */
  metric: z.string(),
  low: z.number(),
  high: z.number(),
  /** Share of measurements that are meant to lie within. */
  level: z.number(),
  /** Comparisons behind it, and their pairs (model, GPU). */
  count: z.int(),
  pairs: z.int(),
  /** What the comparisons have in common; absent = nothing. */
  class: z.string().optional(),
  regime: z.string().optional(),
  /** Fewer than three pairs. */
  indicative: z.boolean(),
});

export const manifest = z.strictObject({
  scenario: z.string(),
  scenarioSha256: z.string(),
  workloadSha256: z.string().optional(),
  fleetcastVersion: z.string(),
  seeds: z.array(z.int()),
  ticksPerNanosecond: z.number().optional(),
});

export const runReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('RunReport'),
  manifest,
  /** The answer in one sentence, and what to try next. */
  answer: z.strictObject({ sentence: z.string(), next: z.string().optional() }).optional(),
  runs: z.array(runEntry),
  comparisons: z.array(comparison),
  bands: z.array(band).optional(),
});

export type Distribution = z.infer<typeof distribution>;
export type RequestCounts = z.infer<typeof requestCounts>;
export type Label = z.infer<typeof label>;
export type Verdict = z.infer<typeof verdict>;
export type PoolReport = z.infer<typeof pool>;
export type StageReport = z.infer<typeof stage>;
export type ClassReport = z.infer<typeof classReport>;
export type ThresholdResult = z.infer<typeof thresholdResult>;
export type RunEntry = z.infer<typeof runEntry>;
export type Comparison = z.infer<typeof comparison>;
export type ComparisonVerdict = z.infer<typeof comparisonVerdict>;
export type Band = z.infer<typeof band>;
export type Manifest = z.infer<typeof manifest>;
export type RunReport = z.infer<typeof runReport>;
