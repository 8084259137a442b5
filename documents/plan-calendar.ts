import { z } from 'zod';

/** Hours of a month with one load, and the smallest fleet of the answer's kind that keeps its promise in them. */
const period = z.strictObject({
  name: z.string(),
  hoursPerMonth: z.number(),
  /** Multiple of the scenario's load. */
  load: z.number(),
  requestsPerSecond: z.number(),
  replicas: z.int(),
  /** Whole nodes where nodes are bought. */
  gpus: z.int(),
  meets: z.boolean(),
  attainment: z.number().optional(),
  ttftP90: z.number().optional(),
  tpotP90: z.number().optional(),
  /** What the next smaller fleet does not keep; absent where there is none. */
  fewer: z.string().optional(),
});

/** A way to pay for the month. */
const option = z.strictObject({
  /** All GPUs all the time; those that are needed; a reserved base with the rest on demand. */
  option: z.enum(['constant', 'scaled', 'base and burst']),
  term: z.enum(['one_year', 'three_years']).optional(),
  /** Share of the time above which a reserved GPU costs less than one on demand. */
  breakEvenUse: z.number().optional(),
  /** By term; a GPU-month is 730 hours of a GPU. */
  gpuMonths: z.strictObject({
    on_demand: z.number().optional(),
    one_year: z.number().optional(),
    three_years: z.number().optional(),
  }),
  usdPerMonth: z.number().optional(),
  /** GPUs at their power limit while they are needed, times the power usage effectiveness. */
  kilowattHoursPerMonth: z.number().optional(),
  usdEnergyPerMonth: z.number().optional(),
});

/** A month of the answer under a calendar of loads. */
export const planCalendar = z.strictObject({ periods: z.array(period), options: z.array(option) });

export type PlanCalendar = z.infer<typeof planCalendar>;
export type PlanCalendarPeriod = z.infer<typeof period>;
export type PlanCalendarOption = z.infer<typeof option>;
