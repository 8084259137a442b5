import { z } from 'zod';

import { adaptersSchema } from '../../sim/workload/content/adapters.ts';
import { durationText } from '../../sim/workload/draw/duration.ts';
import { loadSchema } from '../../sim/workload/load/load.ts';
import { workloadSources } from '../../sim/workload/sources.ts';

const inferencePerfSchema = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('a config.yml of inference-perf, or a list of its workloads (YAML or JSON)'),
  id: z.string().min(1).optional().describe('which one of the list'),
});

/** Keys of a workload that say what is asked. */
const SOURCE_KEYS = [...Object.keys(workloadSources), 'inference_perf'];

/** What stands between the clients and the fleet. */
const clientSchema = z.strictObject({
  max_in_flight: z
    .int()
    .min(1)
    .optional()
    .describe('beyond it requests wait at the client; their clock starts when they are sent'),
  max_connections: z.int().min(1).optional().describe('beyond it requests fail at once'),
  timeout: durationText
    .optional()
    .describe('from the arrival at the router; then the request is aborted: "60s"'),
  streaming: z.boolean().default(true).describe('whether tokens are sent as they come'),
  retries: z.int().min(0).default(0).describe('attempts after the first one'),
  cancel_share: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of the requests that their client breaks off'),
});

/** What is asked, and when. Exactly one source. */
export const workloadSchema = z
  .strictObject({
    ...workloadSources,
    inference_perf: inferencePerfSchema
      .optional()
      .describe(
        'data, load, streaming and timeout of an inference-perf workload; a load or client beside it replaces its own',
      ),
    load: loadSchema.optional().describe("when requests are sent; at the source's own times unless given"),
    client: clientSchema.prefault({}).describe('caps, timeouts and retries of the clients'),
    finish: z
      .enum(['eos', 'length'])
      .optional()
      .describe('whether outputs end by themselves or at a token limit that is known in advance'),
    lora_traffic_split: adaptersSchema
      .optional()
      .describe('LoRA adapters that requests ask for, and how often'),
    bytes_per_token: z
      .number()
      .gt(0)
      .optional()
      .describe("bytes that a trace's token stands for, for routers that hash bytes"),
  })
  .refine((workload) => sourcesOf(workload).length === 1, {
    error: `needs exactly one source: ${SOURCE_KEYS.join(', ')}`,
    params: { hint: 'for instance `trace: { file: conversation.jsonl, format: mooncake }`' },
  });

export type ClientSpec = z.output<typeof clientSchema>;

function sourcesOf(workload: Readonly<Record<string, unknown>>): string[] {
  return SOURCE_KEYS.filter((key) => workload[key] !== undefined);
}
