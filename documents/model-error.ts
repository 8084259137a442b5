import { z } from 'zod';

import { API_VERSION, manifest } from './run-report.ts';
import { accuracyClass, errorFigures, split, validationGoal } from './validation-report.ts';

/*
 * How far forecasts were from measurements: what `fleetcast validate -o model-error=FILE` makes of a ValidationReport, and
 * from which `run` and `plan` take the bands around their figures.
 */

/** Whether requests mostly wait: in the forecast, waiting takes more than half of mean TTFT. */
export const regime = z.enum(['light', 'queueing']);

const latencyFamily = z.enum(['ttft', 'tpot', 'e2e']);

export const LATENCY_FAMILIES = latencyFamily.options;

/** Logarithms of predicted / measured. */
const residual = z.strictObject({
  family: latencyFamily,
  /** Absent = all classes, all regimes. */
  class: accuracyClass.optional(),
  regime: regime.optional(),
  count: z.int(),
  /** Distinct (model, GPU); each pair weighs the same. */
  pairs: z.int(),
  /** Quantiles at 0, 5, ... 100 %. */
  logErrors: z.array(z.number()).length(21),
});

const errorOfPair = z.strictObject({
  metric: z.string(),
  ...errorFigures.omit({ pairs: true, indicative: true }).shape,
});

export const modelError = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('ModelError'),
  manifest,
  residuals: z.array(residual),
  /** What forecasts were compared with: beyond it the residuals say little. */
  range: z.strictObject({
    gpus: z.array(z.string()),
    /** Largest mean batch of a replica. */
    meanRunning: z.number(),
    /** Largest means of a run. */
    inputTokens: z.number(),
    outputTokens: z.number(),
  }),
  goals: z.array(validationGoal),
  /** Of each pair below the knee and at it. */
  pairs: z.array(
    z.strictObject({
      knee: z.boolean(),
      model: z.string(),
      hardware: z.string(),
      split,
      precision: z.string(),
      errors: z.array(errorOfPair),
    }),
  ),
  /** Within one point of their series. */
  knees: z.strictObject({ near: z.int(), count: z.int() }),
  orders: z.strictObject({ right: z.int(), count: z.int() }),
  notScored: z.array(z.strictObject({ reason: z.string(), count: z.int() })),
});

export type Regime = z.infer<typeof regime>;
export type LatencyFamily = z.infer<typeof latencyFamily>;
export type Residual = z.infer<typeof residual>;
export type ModelError = z.infer<typeof modelError>;
