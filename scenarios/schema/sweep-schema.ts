import { z } from 'zod';

/** One axis of a sweep: its points, each a set of changes that are made together. */
const axisSchema = z.strictObject({
  name: z.string().min(1).describe('names the axis in reports'),
  points: z
    .array(
      z.record(z.string(), z.unknown()).refine((changes) => Object.keys(changes).length > 0, {
        error: 'changes nothing',
        params: { hint: 'name at least one path: { "spec.fleet.pools[0].replicas": 2 }' },
      }),
    )
    .min(1)
    .describe('values by path, several may move together: { "spec.fleet.pools[0].replicas": 2 }'),
});

/** What `run` varies: the product of the axes is played. */
export const sweepSchema = z.array(axisSchema);
