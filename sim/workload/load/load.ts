import { z } from 'zod';

import { invariant } from '../../../base/invariant.ts';
import type { Seconds } from '../../../base/units.ts';
import { durationText, secondsOf } from '../draw/duration.ts';

/** inference-perf's pause between stages (inference_perf/config.py, load.interval). */
const DEFAULT_INTERVAL = '1s';

const stageSchema = z
  .strictObject({
    /** Requests per second, for a duration … */
    rate: z.number().positive().optional(),
    duration: durationText.optional(),
    /** … or so many in flight until so many have been sent. */
    concurrency: z.int().positive().optional(),
    requests: z.int().positive().optional(),
    /** Played, reported in `stages`, left out of every other figure. */
    warmup: z.boolean().default(false),
  })
  .refine(isOneKind, 'needs either rate and duration or concurrency and requests')
  .refine(
    ({ rate, duration }) => rate === undefined || duration === undefined || sentIn(rate, duration) >= 1,
    {
      error: 'sends no request: rate x duration is less than 1',
    },
  );

/** When requests are sent. */
export const loadSchema = z
  .strictObject({
    /** Open loop at the recorded or generated times, so many times as fast. */
    rate_scale: z.number().positive().optional(),
    closed_loop: z
      .strictObject({
        concurrency: z.int().positive(),
        /** Requests in all; without it the source is played once. */
        requests: z.int().positive().optional(),
      })
      .optional(),
    /** A load generator's ladder: each stage starts when the last request of the one before has ended, and `interval` passed. */
    stages: z.array(stageSchema).min(1).optional(),
    /** How a stage with a rate spreads its requests. */
    arrival: z.enum(['poisson', 'constant', 'even']).optional(),
    interval: durationText.optional(),
  })
  .refine(
    ({ rate_scale, closed_loop, stages }) =>
      [rate_scale, closed_loop, stages].filter((kind) => kind !== undefined).length === 1,
    'needs exactly one of rate_scale, closed_loop, stages',
  )
  .refine(
    ({ stages, arrival, interval }) =>
      stages !== undefined || (arrival === undefined && interval === undefined),
    'arrival and interval belong to stages',
  );

export type LoadSpec = z.infer<typeof loadSchema>;

/** A load, with its defaults. */
export type Load =
  | { readonly kind: 'open'; readonly rateScale: number }
  | { readonly kind: 'closed'; readonly concurrency: number; readonly requests: number | undefined }
  | {
      readonly kind: 'stages';
      readonly stages: readonly LoadStage[];
      readonly arrival: StageArrival;
      readonly interval: Seconds;
    };

export type StageArrival = 'poisson' | 'constant' | 'even';

export type LoadStage =
  | { readonly kind: 'rate'; readonly rate: number; readonly duration: Seconds; readonly warmup: boolean }
  | {
      readonly kind: 'concurrency';
      readonly concurrency: number;
      readonly requests: number;
      readonly warmup: boolean;
    };

/** The load that a checked text describes; undefined = open loop at the source's own times. */
export function loadOf(spec: LoadSpec | undefined): Load {
  if (spec?.closed_loop !== undefined) {
    return { kind: 'closed', concurrency: spec.closed_loop.concurrency, requests: spec.closed_loop.requests };
  }
  if (spec?.stages !== undefined) {
    return {
      kind: 'stages',
      stages: spec.stages.map(stageOf),
      arrival: spec.arrival ?? 'poisson',
      interval: secondsOf(spec.interval ?? DEFAULT_INTERVAL),
    };
  }
  return { kind: 'open', rateScale: spec?.rate_scale ?? 1 };
}

/** Requests that a stage sends: floor(rate x duration). */
export function requestsOf(stage: LoadStage): number {
  return stage.kind === 'rate' ? Math.floor(stage.rate * stage.duration) : stage.requests;
}

function stageOf({ rate, duration, concurrency, requests, warmup }: z.infer<typeof stageSchema>): LoadStage {
  if (rate !== undefined && duration !== undefined) {
    return { kind: 'rate', rate, duration: secondsOf(duration), warmup };
  }
  invariant(concurrency !== undefined && requests !== undefined, 'a checked stage is of one kind');
  return { kind: 'concurrency', concurrency, requests, warmup };
}

function isOneKind(stage: {
  rate?: number | undefined;
  duration?: string | undefined;
  concurrency?: number | undefined;
  requests?: number | undefined;
}): boolean {
  const byRate = [stage.rate, stage.duration].filter((key) => key !== undefined).length;
  const byConcurrency = [stage.concurrency, stage.requests].filter((key) => key !== undefined).length;
  return (byRate === 2 && byConcurrency === 0) || (byRate === 0 && byConcurrency === 2);
}

/** A duration that is no duration is reported by itself. */
function sentIn(rate: number, duration: string): number {
  return durationText.safeParse(duration).success ? Math.floor(rate * secondsOf(duration)) : 1;
}
