import { z } from 'zod';

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
    allow_experimental: z.boolean().optional().describe("as the picker's --allow-experimental-plugins"),
  })
  .refine(({ builtin, file }) => (builtin === undefined) !== (file === undefined), {
    error: 'needs either builtin or file',
    params: { hint: `builtin is one of ${BUILTIN_ROUTERS.join(', ')}; file is an EndpointPickerConfig` },
  });

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
