import { z } from 'zod';

import { planCalendar } from './plan-calendar.ts';
import { planGrowth } from './plan-growth.ts';
import { API_VERSION, band, label, manifest, runEntry } from './run-report.ts';

/*
 * The document of `fleetcast plan -o json`. Seconds, tokens, GPUs and USD; loads are multiples of the scenario's own load;
 * an absent figure is an absent key.
 */

/** Model servers of one kind, with the keys of a scenario's pool. */
const planPool = z.strictObject({
  name: z.string(),
  hardware: z.string().optional(),
  tensor_parallel_size: z.int(),
  replicas: z.int(),
  role: z.enum(['both', 'prefill', 'decode']),
});

const fleet = {
  pools: z.array(planPool),
  policy: z.string(),
  gpus: z.int(),
  usdPerHour: z.number().optional(),
};

/** The forecast in one of several replications of the workload. */
const replication = z.strictObject({
  seed: z.int(),
  verdict: z.enum(['stable', 'saturated', 'unstable']),
  attainment: z.number().optional(),
  ttftP90: z.number().optional(),
  tpotP90: z.number().optional(),
});

const plannedFleet = z.strictObject({
  ...fleet,
  /** 730 hours. */
  usdPerMonth: z.number().optional(),
  /** At the planned load, everything up, all requests of the workload. */
  forecast: runEntry.optional(),
  /** Several replications of the workload, the forecast's own first; absent where there is one. */
  replications: z.array(replication).optional(),
  /** Where measurements of it would probably lie. */
  bands: z.array(band).optional(),
});

const candidate = z.strictObject({
  ...fleet,
  outcome: z.enum(['meets', 'misses', 'unstable', 'does not fit', 'pruned']),
  reason: z.string(),
  /** At which load it was simulated; absent when it was not. */
  load: z.number().optional(),
  /** Requests of the run; fewer than the workload has when the promise was broken before. */
  requests: z.int().optional(),
  shortened: z.boolean().optional(),
  attainment: z.number().optional(),
});

const loadPoint = z.strictObject({
  load: z.number(),
  requestsPerSecond: z.number(),
  meets: z.boolean(),
  verdict: z.enum(['stable', 'saturated', 'unstable']).optional(),
  attainment: z.number().optional(),
  ttftP90: z.number().optional(),
  tpotP90: z.number().optional(),
});

const degraded = z.strictObject({
  lost: z.enum(['replica', 'node', 'zone']),
  /** The kind that it strikes, in a fleet of several. */
  of: z.string().optional(),
  replicasLost: z.int(),
  /** Whether the plan was asked to survive it. */
  required: z.boolean(),
  meets: z.boolean(),
  verdict: z.enum(['stable', 'saturated', 'unstable']).optional(),
  attainment: z.number().optional(),
  ttftP90: z.number().optional(),
  tpotP90: z.number().optional(),
});

const termCost = z.strictObject({
  term: z.enum(['on_demand', 'one_year', 'three_years', 'spot']),
  usdPerHour: z.number(),
  usdPerMonth: z.number(),
  gpuMonthsPerMonth: z.int(),
  /** Share of the time that a GPU must be used for the term to cost no more than on demand. */
  breakEvenUtilization: z.number().optional(),
});

const sensitivity = z.strictObject({
  what: z.string(),
  /** Where the answer changes, in the unit of `what`. */
  flipsAt: z.number(),
  now: z.number(),
  text: z.string(),
});

const envelope = z.strictObject({
  /** Replicas by bandwidth over bytes read and KV memory over context, decode alone. */
  replicas: z.number(),
  /** With measured step times in place of bandwidth. */
  withStepTimes: z.number(),
  /** With the computation of prompts that no cache finds as well. */
  withPrefill: z.number(),
  /** With the prefix hits of the forecast, in place of one cache for everybody, as well. */
  withLostHits: z.number(),
  simulated: z.int(),
  /** The assumption that explains most of the difference. */
  broke: z.string(),
});

const energy = z.strictObject({
  /** All GPUs at their power limit. */
  watts: z.number(),
  kilowattHoursPerMonth: z.number(),
  kilowattHoursPerMillionOutputTokens: z.number().optional(),
  /** Power usage effectiveness, where one was given: kilowatt-hours count it, watts do not. */
  pue: z.number().optional(),
  /** Of the electricity of a month in which all GPUs run. */
  usdPerMonth: z.number().optional(),
  source: z.string(),
});

export const plan = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Plan'),
  manifest,
  answer: z.strictObject({ sentence: z.string(), next: z.string().optional() }),
  feasible: z.boolean(),
  objective: z.enum(['usdPerHour', 'gpus']),
  /** What the fleet must carry. */
  requirement: z.strictObject({
    load: z.number(),
    requestsPerSecond: z.number(),
    /** With headroom. */
    peakLoad: z.number(),
    survive: z.enum(['none', 'replica', 'node', 'zone']),
    attainment: z.number().optional(),
  }),
  demand: z.strictObject({
    requests: z.int(),
    seconds: z.number(),
    requestsPerSecond: z.number(),
    inputTokens: z.number(),
    uniqueInputTokens: z.number(),
    outputTokens: z.number(),
  }),
  best: plannedFleet.optional(),
  runnersUp: z.array(z.strictObject({ ...plannedFleet.shape, reason: z.string() })),
  candidates: z.array(candidate),
  /** No fleet of these kinds can cost less: work against deadlines, without queues; what may miss is what takes most work. */
  lowerBoundUsdPerHour: z.number().optional(),
  lowerBoundGpus: z.number().optional(),
  /** Price of the answer over the bound, less 1. */
  optimalityGap: z.number().optional(),
  nearestMiss: z.strictObject({ ...plannedFleet.shape, violated: z.string() }).optional(),
  headroom: z
    .strictObject({
      meetsAt: z.number(),
      breaksAt: z.number().optional(),
      meetsAtRequestsPerSecond: z.number(),
      monthsOfGrowth: z.number().optional(),
      users: z.number().optional(),
    })
    .optional(),
  loads: z.array(loadPoint),
  degraded: z.array(degraded),
  terms: z.array(termCost),
  energy: energy.optional(),
  growth: planGrowth.optional(),
  calendar: planCalendar.optional(),
  sensitivities: z.array(sensitivity),
  backOfEnvelope: envelope.optional(),
  /** What twice the load on twice the replicas shows. */
  scaling: z
    .strictObject({
      meets: z.boolean(),
      hitRate: z.number().optional(),
      hitRateNow: z.number().optional(),
      /** Of one cache for everybody that forgets nothing. */
      hitRateOfOneCache: z.number(),
      text: z.string(),
    })
    .optional(),
  /** How many runs the search took, and how many of them were shortened. */
  effort: z.strictObject({ runs: z.int(), shortened: z.int(), requests: z.int() }),
  labels: z.array(label),
});

export type Plan = z.infer<typeof plan>;
export type PlanPool = z.infer<typeof planPool>;
export type PlannedFleet = z.infer<typeof plannedFleet>;
export type PlanCandidate = z.infer<typeof candidate>;
export type PlanDegraded = z.infer<typeof degraded>;
export type PlanReplication = z.infer<typeof replication>;
export type PlanLoad = z.infer<typeof loadPoint>;
