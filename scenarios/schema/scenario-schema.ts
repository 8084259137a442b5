import { z } from 'zod';

import { API_VERSION } from '../../documents/run-report.ts';
import { durationText } from '../../sim/workload/draw/duration.ts';
import { eventSchema } from './event-schema.ts';
import { planSchema } from './plan-schema.ts';
import { policySchema } from './policy-schema.ts';
import { poolSchema } from './pool-schema.ts';
import { sweepSchema } from './sweep-schema.ts';
import { workloadSchema } from './workload-schema.ts';

/*
 * The document that users write. Quantities stay texts ("250ms"), so that a resolved scenario reads as its source and is
 * a scenario again. Descriptions are shown by editors, and as hints beside errors.
 */

const targets = {
  ttft: durationText.optional().describe('time to first token: "2s"'),
  tpot: durationText.optional().describe('time per output token after the first: "50ms"'),
  e2e: durationText.optional().describe('arrival to last token: "30s"'),
};

const sloSchema = z.strictObject({
  ...targets,
  attainment: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .describe('share of the offered requests that must meet every target'),
  classes: z
    .record(z.string(), z.strictObject(targets))
    .optional()
    .describe('targets of request classes, instead of those above'),
});

const usdPerGpuHour = z.number().min(0);

/** Prices that depend on how long one is bound. */
const priceTermsSchema = z
  .strictObject({
    on_demand: usdPerGpuHour.optional().describe('USD per GPU and hour without any commitment'),
    one_year: usdPerGpuHour.optional().describe('USD per GPU and hour when reserved for one year'),
    three_years: usdPerGpuHour.optional().describe('USD per GPU and hour when reserved for three years'),
    spot: usdPerGpuHour.optional().describe('USD per GPU and hour of capacity that may be taken back'),
  })
  .refine((terms) => Object.keys(terms).length > 0, {
    error: 'names no price',
    params: { hint: 'give at least one of on_demand, one_year, three_years, spot' },
  });

const priceSchema = z.strictObject({
  usd_per_gpu_hour: usdPerGpuHour.describe('USD per GPU and hour: the price of a run'),
  terms: priceTermsSchema.optional().describe('the same under other terms, for planning'),
  source: z.string().optional().describe('who said so'),
  date: z.string().optional().describe('and when: "2026-08-01"'),
});

const measureSchema = z.strictObject({
  warmup: durationText
    .default('0s')
    .describe('requests that arrive earlier are played and left out of every figure'),
  until: z
    .enum(['drained', 'last-arrival'])
    .default('drained')
    .describe('when the run ends: with the last request, or when the last one has arrived'),
  limit: durationText
    .optional()
    .describe('a run that reaches this stops and counts what is in flight as unfinished'),
});

export const scenarioSchema = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Scenario'),
  metadata: z.strictObject({
    name: z.string().min(1).describe('names the scenario in reports'),
    description: z.string().optional().describe('what the scenario is about'),
  }),
  spec: z.strictObject({
    model: z
      .string()
      .min(1)
      .optional()
      .describe('a model profile such as qwen3-32b, or a path to one or to a Hugging Face config.json'),
    fleet: z.strictObject({
      pools: z.array(poolSchema).min(1).describe('groups of equal model servers'),
    }),
    workload: workloadSchema.describe('what is asked, and when'),
    policies: z.array(policySchema).min(1).describe('ways to route; the first is the baseline'),
    slo: sloSchema.optional().describe('what each request should get'),
    thresholds: z
      .record(z.string(), z.array(z.string()))
      .optional()
      .describe('promises on figures of a run: { ttft: ["p(90) <= 2s"] }'),
    prices: z.record(z.string(), priceSchema).optional().describe('prices by hardware profile'),
    events: z.array(eventSchema).optional().describe('what happens to replicas, and when'),
    measure: measureSchema.prefault({}).describe('what counts'),
    plan: planSchema.optional(),
    sweep: sweepSchema.optional().describe('what `run` varies: the product of these axes is played'),
  }),
});

/** A scenario whose text was right. */
export type Scenario = z.output<typeof scenarioSchema>;
export type PriceSpec = z.output<typeof priceSchema>;
export type SloSpec = z.output<typeof sloSchema>;
