import { z } from 'zod';

import { API_VERSION, comparison, label, manifest, thresholdResult } from './run-report.ts';

/*
 * The document of `fleetcast gate`. Units and rules are those of a RunReport; an absent figure is an absent key.
 */

/** Name of the fixture under which it was found; absent = the traffic as it is. */
const fixture = z.string().optional();

export const gateComparison = comparison.extend({
  fixture,
  /** Pairs of runs that were compared. */
  pairs: z.int().optional(),
  /** Two-sided, of this comparison alone. */
  pValue: z.number().optional(),
  /** After Holm's correction for all comparisons of the gate: significant when at most `method.level`. */
  adjustedPValue: z.number().optional(),
});

export const gateThreshold = thresholdResult.extend({ fixture });

/** How the runs of one policy went. */
const gatePolicy = z.strictObject({
  policy: z.string(),
  fixture,
  runs: z.int(),
  /** Absent where nobody knows: recorded runs do not say. */
  unstable: z.int().optional(),
  /** Of the runs together. */
  offered: z.int(),
  completed: z.int(),
});

/** One request that another endpoint got under the candidate. */
const changedDecision = z.strictObject({
  request: z.string(),
  /** Where the baseline sent it; absent when it was rejected. */
  baseline: z.string().optional(),
  candidate: z.string().optional(),
  /** In the scores of each: the baseline's endpoint less the candidate's. Absent where it has no scores, or dropped one. */
  baselineScoreDifference: z.number().optional(),
  candidateScoreDifference: z.number().optional(),
});

const gateDecisions = z.strictObject({
  baseline: z.string(),
  candidate: z.string(),
  fixture,
  /** Requests that both decided, and those among them that went elsewhere. */
  decided: z.int(),
  changed: z.int(),
  share: z.number().optional(),
  /** The first of them. */
  first: z.array(changedDecision),
});

export const gateReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('GateReport'),
  manifest: manifest.extend({
    /** Absent when the gate compares recorded runs. */
    scenarioSha256: z.string().optional(),
    /** Commits that router configs were taken from. */
    revisions: z.strictObject({ baseline: z.string(), candidate: z.string() }).optional(),
  }),
  verdict: z.enum(['pass', 'fail']),
  answer: z.strictObject({ sentence: z.string(), next: z.string().optional() }),
  method: z.strictObject({
    /**
     * What is paired. replications: runs on sessions drawn anew, both policies on the same. seeds: recorded runs of equal
     * seed. blocks: sessions, or minutes of arrivals, of single runs.
     */
    pairing: z.enum(['replications', 'seeds', 'blocks']),
    pairs: z.int(),
    /** Fewer of them cannot reach `level` after the correction. */
    pairsNeeded: z.int(),
    level: z.number(),
    /** Comparisons that share the level. */
    comparisons: z.int(),
    /** A smaller relative difference is not called better or worse. */
    relevantShare: z.number(),
    fixtures: z.array(z.string()),
  }),
  thresholds: z.array(gateThreshold),
  comparisons: z.array(gateComparison),
  policies: z.array(gatePolicy),
  decisions: z.array(gateDecisions),
  /** What weakens the forecasts. */
  labels: z.array(label),
});

export type GateComparison = z.infer<typeof gateComparison>;
export type GateThreshold = z.infer<typeof gateThreshold>;
export type GatePolicy = z.infer<typeof gatePolicy>;
export type GateDecisions = z.infer<typeof gateDecisions>;
export type ChangedDecision = z.infer<typeof changedDecision>;
export type GateReport = z.infer<typeof gateReport>;
