import { z } from 'zod';

import type { LengthSpec } from '../../sim/workload/draw/distribution.ts';

/**
 * A distribution as inference-perf writes it, with its defaults (kubernetes-sigs/inference-perf,
 * inference_perf/config/common.py: Distribution), as one of a scenario. A fixed one is its mean, whatever its limits say, and
 * a uniform one its limits. `total_count` says how many inference-perf draws in advance; here each request has a draw.
 */
export const distributionSchema = z
  .strictObject({
    type: z.enum(['fixed', 'uniform', 'normal', 'lognormal']).default('normal'),
    min: z.number().nonnegative().default(10),
    max: z.number().nonnegative().default(1024),
    mean: z.number().nonnegative().default(512),
    std_dev: z.number().nonnegative().default(200),
    total_count: z.int().positive().nullish(),
  })
  .refine(({ type, min, max }) => type === 'fixed' || min <= max, {
    path: ['max'],
    error: 'must be at least min',
  })
  .refine(({ type, mean }) => type !== 'lognormal' || mean > 0, {
    path: ['mean'],
    error: 'must be more than 0',
  })
  .transform(({ type, min, max, mean, std_dev }): LengthSpec => {
    if (type === 'fixed') return { type, mean };
    return type === 'uniform' ? { type, min, max } : { type, mean, std_dev, min, max };
  });

/** A length: a whole number, or the distribution that it is drawn from. */
export const lengthOrDistribution = z.union([z.int().nonnegative(), distributionSchema]);
