import { z } from 'zod';

import { parseQuantity } from '../../base/quantity.ts';
import { durationText } from '../../sim/workload/draw/duration.ts';
import { calendarSchema } from './calendar-schema.ts';
import { powerSchema } from './power-schema.ts';

/** A number, or where nobody knows it the two ends between which it lies. */
function maybeRange(number: z.ZodNumber) {
  return z.union([number, z.tuple([number, number]).refine(([low, high]) => low <= high, RISING)]);
}

const thinkTime = durationText.refine((text) => parseQuantity(text, 'seconds') !== 0, {
  error: 'must be longer than nothing: people without it would ask endlessly',
});

const RISING = { error: 'must have the smaller number first' };

function isRising([low, high]: readonly [string, string]): boolean {
  return (parseQuantity(low, 'seconds') ?? 0) <= (parseQuantity(high, 'seconds') ?? 0);
}

/** People who use what is served, in place of a rate. */
const usersSchema = z.strictObject({
  count: maybeRange(z.number().gt(0)).describe('people; [800, 1200] where only a range is known'),
  busy_share: maybeRange(z.number().gt(0).max(1)).describe(
    'share of them that is active at the peak: 0.4; [0.3, 0.5] where only a range is known',
  ),
  think_time: z
    .union([thinkTime, z.tuple([thinkTime, thinkTime]).refine(isRising, RISING)])
    .describe('from an answer to the next request of the same person: "40s"; ["30s", "60s"] for a range'),
});

/** What `fleetcast plan` may buy, and what the fleet must survive. */
export const planSchema = z
  .strictObject({
    hardware: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("hardware profiles that may be bought; the pools' own unless given"),
    tensor_parallel_size: z
      .array(z.int().min(1))
      .min(1)
      .optional()
      .describe("GPUs of one model server; the pools' own unless given"),
    with: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        "scenarios of other models (files, or names of those that come with fleetcast) whose fleets share this plan's max_gpus, stock and power limit; hardware, node_gpus, mixes, term and prices are taken from here as well, all else is what each says",
      ),
    max_gpus: z.int().min(1).default(64).describe('most GPUs of a fleet'),
    stock: z.record(z.string(), z.int().min(0)).optional().describe('GPUs to be had, by hardware profile'),
    mixes: z
      .boolean()
      .optional()
      .describe(
        'whether fleets of two or more kinds are tried: where a stock is given, unless said otherwise',
      ),
    node_gpus: z.int().min(1).optional().describe('GPUs are bought by whole nodes of so many'),
    headroom: maybeRange(z.number().min(0).max(10))
      .default(0)
      .describe('share of load beyond the workload at which the SLO must still be met: 0.2'),
    survive: z
      .enum(['none', 'replica', 'node', 'zone'])
      .default('none')
      .describe('what may be lost with the SLO still met at the load of the workload'),
    zones: z.int().min(2).default(3).describe('zones that the replicas are spread over'),
    growth_per_month: maybeRange(z.number().min(0).max(1))
      .default(0)
      .describe('growth of the load per month: 0.05'),
    months: z.int().min(0).max(120).default(0).describe('months of growth that the fleet must carry'),
    start: z
      .string()
      .regex(/^\d{4}-(0[1-9]|1[0-2])$/, { error: 'must be a month such as "2027-01"' })
      .optional()
      .describe('month of the load of the workload, from which growth counts: "2027-01"'),
    calendar: calendarSchema
      .optional()
      .describe('loads over a week: what a month costs when the fleet follows them'),
    power: powerSchema.optional().describe('electricity that the fleet may draw, and what it costs'),
    users: usersSchema
      .optional()
      .describe('people, busy share and think time, in place of the recorded rate'),
    term: z
      .enum(['on_demand', 'one_year', 'three_years', 'spot'])
      .optional()
      .describe('the price terms to plan with; usd_per_gpu_hour unless given'),
  })
  .describe('what `fleetcast plan` may buy, and what the fleet must survive');

export type PlanSpec = z.output<typeof planSchema>;
