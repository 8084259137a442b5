import { z } from 'zod';

import { API_VERSION } from './run-report.ts';

/*
 * The document of `fleetcast trace stats -o json`. Seconds and tokens; an absent figure is an absent key. Shares are of
 * input tokens.
 */

const tokens = z.strictObject({
  mean: z.number(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  max: z.number(),
  sum: z.number(),
});

export const traceFigures = z.strictObject({
  requests: z.int().nonnegative(),
  /** First arrival to last. */
  durationSeconds: z.number(),
  /** Absent when all requests arrive at once. */
  ratePerSecond: z.number().optional(),
  /** Standard deviation over mean of the gaps between arrivals: 1 for a Poisson process. */
  interarrivalCv: z.number().optional(),
  inputTokens: tokens,
  outputTokens: tokens,
  sessions: z.strictObject({ count: z.int(), turnsMean: z.number() }).optional(),
  /** Absent when the trace does not say which prompts share a beginning. */
  prefixReuse: z
    .strictObject({
      /** Tokens per block of the LRU pools. */
      blockSize: z.int().positive(),
      /** What a cache that forgets nothing would find; token by token where the format itself has no blocks. */
      infiniteCacheHitTokenShare: z.number(),
      lru: z.array(z.strictObject({ capacityTokens: z.number(), hitTokenShare: z.number() })),
    })
    .optional(),
  warnings: z.array(z.string()),
});

export const traceStats = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('TraceStats'),
  manifest: z.strictObject({
    trace: z.string(),
    format: z.string(),
    workloadSha256: z.string(),
    fleetcastVersion: z.string(),
  }),
  ...traceFigures.shape,
});

export type TraceFigures = z.infer<typeof traceFigures>;
export type TraceStats = z.infer<typeof traceStats>;
