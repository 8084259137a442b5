import { z } from 'zod';

/** The keys of a published experiment that are read. */
const plugin = z.object({ type: z.string(), parameters: z.record(z.string(), z.unknown()).optional() });

const arm = z.object({
  arm: z.string(),
  plugins: z.array(plugin).optional(),
  weights: z.record(z.string(), z.number().nullable()).optional(),
  replicas: z.int().optional(),
});

const row = z.object({
  arm: z.string(),
  ratePerSec: z.number().optional(),
  nominalRatePerSec: z.union([z.number(), z.string()]).optional(),
  ttftMeanS: z.number().nullish(),
  ttftP90S: z.number().nullish(),
  tpotMeanMs: z.number().nullish(),
  e2eMeanS: z.number().nullish(),
  e2eP90S: z.number().nullish(),
  outputTokPerSec: z.number().nullish(),
});

export const experimentSchema = z.object({
  id: z.string(),
  kind: z.string(),
  date: z.string().optional(),
  model: z.string(),
  gpu: z.string(),
  tp: z.int().optional(),
  servers: z.int().nullish(),
  engine: z.object({
    version: z.string().optional(),
    flags: z.record(z.string(), z.unknown()).optional(),
    kvCacheTokensPerServer: z.union([z.number(), z.string()]).nullish(),
  }),
  offload: z.unknown(),
  workload: z.object({ ref: z.string().optional() }),
  router: z.object({ arms: z.array(arm) }).nullish(),
  results: z.object({ rows: z.array(z.unknown()) }),
});

export const clusterRows = z.array(row);

export type Experiment = z.infer<typeof experimentSchema>;
export type ClusterRow = z.infer<typeof row>;
export type Arm = z.infer<typeof arm>;
