import { z } from 'zod';

import { API_VERSION, label, manifest } from './run-report.ts';

/*
 * The document of `fleetcast calibrate`: a profile fitted to measurements, and how far its forecasts are from those it has
 * not seen. Seconds throughout. error = predicted / measured - 1.
 */

const comparedMetric = z.enum(['ttft', 'tpot', 'e2e', 'step']);

/** Metrics in which a forecast is held against a measurement. */
export const COMPARED_METRICS = comparedMetric.options;

const calibrationCoefficient = z.strictObject({
  name: z.string(),
  about: z.string(),
  /** Seconds, or a factor. */
  unit: z.enum(['s', 'x']),
  value: z.number(),
  /** Bounds of the 95 % interval. */
  low: z.number(),
  high: z.number(),
  /** What the profile said before; absent where nothing was known. */
  before: z.number().optional(),
});

const calibrationError = z.strictObject({
  metric: comparedMetric,
  /** Whether the coefficients were fitted to these figures. */
  split: z.enum(['fit', 'held-out']),
  count: z.int(),
  meanError: z.number(),
  medianAbsoluteError: z.number(),
  meanAbsoluteError: z.number(),
  p90AbsoluteError: z.number(),
  /** Median absolute error of the profile before the fit; absent where there was none. */
  medianAbsoluteErrorBefore: z.number().optional(),
});

export const calibrationReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('CalibrationReport'),
  manifest,
  measurements: z.array(
    z.strictObject({ file: z.string(), format: z.string(), sha256: z.string(), figures: z.int() }),
  ),
  /** A step time given outright, or the constants of an engine profile. */
  target: z.enum(['step_time', 'engine']),
  coefficients: z.array(calibrationCoefficient),
  errors: z.array(calibrationError),
  /** YAML for a pool, or of an engine profile. */
  profile: z.string(),
  labels: z.array(label),
});

export type CalibrationError = z.infer<typeof calibrationError>;
export type CalibrationReport = z.infer<typeof calibrationReport>;
