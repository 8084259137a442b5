import { z } from 'zod';

import { parseQuantity } from '../../base/quantity.ts';
import { durationText } from '../../sim/workload/draw/duration.ts';
import { BUILTIN_POLICIES } from '../builtin-policies.ts';

/**
 * Routers that need no file. `llm-d` and `llm-d-default` are EndpointPickerConfigs that come with fleetcast, the names with
 * a project and a version are other systems' rules.
 */
const BUILTIN_ROUTERS = ['llm-d', 'llm-d-default', ...BUILTIN_POLICIES.keys()];

const routerSchema = z
  .strictObject({
    builtin: z.enum(BUILTIN_ROUTERS).optional().describe('a router that comes with fleetcast'),
    file: z
      .string()
      .min(1)
      .optional()
      .describe('an EndpointPickerConfig, relative to this file; also inside a ConfigMap'),
    key: z
      .string()
      .min(1)
      .optional()
      .describe("which entry of the ConfigMap in file is meant, as the picker's --config-file says"),
    config: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('an EndpointPickerConfig, written here instead of in a file'),
    allow_experimental: z.boolean().optional().describe("as the picker's --allow-experimental-plugins"),
  })
  .refine((router) => [router.builtin, router.file, router.config].filter(isGiven).length === 1, {
    error: 'needs either builtin, file or config',
    params: { hint: `builtin is one of ${BUILTIN_ROUTERS.join(', ')}; file is an EndpointPickerConfig` },
  })
  .refine((router) => !isGiven(router.key) || isGiven(router.file), {
    error: 'key needs a file: it names an entry of the ConfigMap there',
    path: ['key'],
  });

const intervalText = durationText.refine((text) => (parseQuantity(text, 'seconds') ?? 1) > 0, {
  error: 'must be above 0',
});

/** Who answers llm-d's predicted-latency-producer. Defaults: the Helm chart's and the servers' own. */
const latencyPredictorSchema = z
  .strictObject({
    kind: z
      .enum(['learned', 'oracle', 'none'])
      .describe(
        'learned: a model trained on the past of the run; oracle: knows the true state of every replica, which bounds what a predictor can know and not the outcome; none: the servers are down, and scorers fall back to metrics',
      ),
    model_type: z
      .enum(['xgboost', 'bayesian_ridge'])
      .optional()
      .describe('LATENCY_MODEL_TYPE; xgboost, the default: gradient-boosted trees with its settings'),
    sample_flush_interval: intervalText.optional().describe('between two batches of samples: "1s"'),
    retraining_interval: intervalText.optional().describe('LATENCY_RETRAINING_INTERVAL_SEC: "1s"'),
    model_sync_interval: intervalText.optional().describe('MODEL_SYNC_INTERVAL_SEC: "10s"'),
    min_samples_fresh: z
      .int()
      .min(2)
      .optional()
      .describe('samples for the first model, LATENCY_MIN_SAMPLES_FOR_RETRAIN_FRESH: 10'),
    min_samples: z
      .int()
      .min(2)
      .optional()
      .describe('samples for every further model, LATENCY_MIN_SAMPLES_FOR_RETRAIN: 100'),
    samples_per_bucket: z.int().min(1).optional().describe('LATENCY_MAX_TRAINING_DATA_SIZE_PER_BUCKET: 500'),
    quantile: z.number().gt(0).lt(1).optional().describe('predict this one, LATENCY_QUANTILE_ALPHA: 0.9'),
  })
  .refine(
    ({ kind, ...rest }) => kind === 'learned' || Object.values(rest).every((value) => value === undefined),
    {
      error: 'only a learned predictor has such settings',
      params: { hint: 'leave the kind alone, or say kind: learned' },
    },
  );

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

/** How a real gateway would see the fleet, and how long it takes. */
const gatewaySchema = z.strictObject({
  scrape_interval: durationText
    .optional()
    .describe('between two readings of a replica\'s metrics; the picker\'s default is "50ms"'),
  scrape_phase: z
    .enum(['random', 'aligned'])
    .optional()
    .describe('whether replicas are read at different instants or all at once'),
  kv_event_delay: durationText.optional().describe('from a KV event to the router knowing of it: "5ms"'),
  replicas: z.int().min(1).optional().describe('router replicas'),
  shared_state: z.boolean().optional().describe("whether router replicas know of each other's decisions"),
  decision_time: durationText.optional().describe('of one scheduling cycle: "0.3ms"'),
  tokenization_time: durationText.optional().describe('of one request, where the router tokenises: "0ms"'),
  producer_order: z
    .enum(['prefix-first', 'in-flight-first'])
    .optional()
    .describe('which data producer runs first; in the real picker chance decides at its start'),
  latency_predictor: latencyPredictorSchema
    .optional()
    .describe('who predicts TTFT and TPOT for predicted-latency-producer: { kind: learned }'),
  slo_headers: z
    .boolean()
    .optional()
    .describe("whether requests carry spec.slo in llm-d's SLO headers (true)"),
});

/** One way to route, and what it changes in the fleet. */
export const policySchema = z.strictObject({
  name: z.string().min(1).describe('names the policy in reports'),
  router: routerSchema,
  gateway: gatewaySchema.optional().describe('how the router sees the fleet'),
  tie_break: z
    .enum(['random', 'rotate-all', 'rotate-tier'])
    .optional()
    .describe('how the picker breaks ties between endpoints of equal score'),
  set: z
    .record(z.string(), z.unknown())
    .optional()
    .describe(
      'changes of the scenario for this policy only: { "spec.fleet.pools[0].engine.block_size": 64 }',
    ),
});

export type PolicySpec = z.output<typeof policySchema>;
export type GatewaySpec = z.output<typeof gatewaySchema>;
