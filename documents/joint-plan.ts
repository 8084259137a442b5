import { z } from 'zod';

import { plan } from './plan.ts';
import { API_VERSION, label, manifest } from './run-report.ts';

/*
 * The document of `fleetcast plan -o json` for several models: a Plan for each, and what all of them share. GPUs, USD and
 * watts; an absent figure is an absent key.
 */

const limit = z.strictObject({
  of: z.enum(['max_gpus', 'stock', 'power']),
  /** Which hardware, of a stock. */
  hardware: z.string().optional(),
  unit: z.enum(['GPUs', 'W']),
  most: z.number(),
  /** What the fleets of all models take together. */
  used: z.number().optional(),
  /** What the cheapest fleets of all models, each on its own, would take together. */
  usedAlone: z.number().optional(),
  /** Whether it is why there is no plan: with more of it alone there would be one, or no single limit is to blame and this one is short. */
  short: z.boolean(),
});

const model = z.strictObject({
  /** Name of its scenario. */
  name: z.string(),
  /** Its cheapest fleet if the other models took nothing. */
  alone: plan.shape.best
    .unwrap()
    .pick({ pools: true, policy: true, gpus: true, usdPerHour: true })
    .optional(),
  /** Absent where it has a fleet of its own, but not together with the others. */
  plan: plan.optional(),
});

export const jointPlan = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('JointPlan'),
  /** Of the scenario that names the others. */
  manifest,
  answer: z.strictObject({ sentence: z.string(), next: z.string().optional() }),
  feasible: z.boolean(),
  objective: z.enum(['usdPerHour', 'gpus']),
  /** Whether no cheaper joint fleet keeps the limits, as far as each model's own search tells; without a plan, whether none does. */
  proved: z.boolean(),
  total: z
    .strictObject({
      gpus: z.int(),
      usdPerHour: z.number().optional(),
      /** 730 hours. */
      usdPerMonth: z.number().optional(),
      /** All GPUs at their power limit. */
      watts: z.number().optional(),
    })
    .optional(),
  limits: z.array(limit),
  models: z.array(model),
  /** Searches for one model's fleet, and the runs of all of them. */
  effort: z.strictObject({ searches: z.int(), runs: z.int() }),
  labels: z.array(label),
});

export type JointPlan = z.infer<typeof jointPlan>;
export type JointPlanLimit = z.infer<typeof limit>;
