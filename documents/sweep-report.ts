import { z } from 'zod';

import { API_VERSION, band, manifest, runEntry } from './run-report.ts';

/*
 * The document of a `fleetcast run` that sweeps. Units and rules are those of a RunReport; an absent figure is an absent key.
 */

/** Values by path of the scenario that are set together: `{ "spec.workload.load.rate_scale": 1.5 }`. */
const sweepPoint = z.record(z.string(), z.unknown());

const sweepAxis = z.strictObject({
  name: z.string(),
  /** Every point that was played, in order. */
  points: z.array(sweepPoint),
  /** The ends of the range, where points were chosen between two ends. */
  range: z.tuple([z.number(), z.number()]).optional(),
});

const sweepCell = z.strictObject({
  /** One point per axis, in the order of the axes. */
  points: z.array(sweepPoint),
  /** A run per policy and seed; policies that a search did not need here are left out. */
  runs: z.array(runEntry),
  /** Of these runs, as in a RunReport. */
  bands: z.array(band).optional(),
});

const sloLimit = z.strictObject({
  policy: z.string(),
  /** The points of the other axes, in their order. */
  points: z.array(sweepPoint),
  /** The largest value up to which every value that was played meets the SLO; absent when the smallest misses it. */
  value: z.number().optional(),
  /** The smallest value that was played and misses it; absent when none does. */
  missesFrom: z.number().optional(),
  /** Larger values that meet it nevertheless: the answer there is a matter of chance. */
  meetsAgainAt: z.array(z.number()).optional(),
});

const largestMeetingSlo = z.strictObject({
  /** Name of the axis that holds the load. */
  axis: z.string(),
  found: z.array(sloLimit),
});

export const sweepReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SweepReport'),
  manifest,
  answer: z.strictObject({ sentence: z.string(), next: z.string().optional() }).optional(),
  axes: z.array(sweepAxis),
  cells: z.array(sweepCell),
  /** Absent without an SLO and thresholds, and where no axis is a load. */
  largestMeetingSlo: largestMeetingSlo.optional(),
});

export type SweepPointValues = z.infer<typeof sweepPoint>;
export type SloLimit = z.infer<typeof sloLimit>;
export type SweepReport = z.infer<typeof sweepReport>;
