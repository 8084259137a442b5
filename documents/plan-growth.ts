import { z } from 'zod';

/** What is bought at the start of a quarter. */
const purchase = z.strictObject({
  /** Months after the load of the workload. */
  month: z.int(),
  date: z.string().optional(),
  /** The load at the quarter's end, which the fleet then carries; a multiple of the scenario's. */
  load: z.number(),
  replicas: z.int(),
  /** GPUs in all, and those bought now. */
  gpus: z.int(),
  newGpus: z.int(),
  usdPerMonth: z.number().optional(),
});

/** When the answer is too small for a growing load, and how it can be bought step by step. */
export const planGrowth = z.strictObject({
  perMonth: z.number(),
  /** The first month, counted from the load of the workload, whose load exceeds the largest one that was seen to meet the SLO. */
  exhaustedMonth: z.int(),
  exhaustedDate: z.string().optional(),
  purchases: z.array(purchase),
  /** Of the whole horizon, with the purchases above, and with the whole fleet from the start. */
  usdInSteps: z.number().optional(),
  usdAtOnce: z.number().optional(),
});

export type PlanGrowth = z.infer<typeof planGrowth>;
export type PlanPurchase = z.infer<typeof purchase>;
