import { z } from 'zod';

import { durationText } from '../../sim/workload/draw/duration.ts';

/** Something that happens to a replica while requests come in. */
export const eventSchema = z
  .strictObject({
    at: durationText.describe('when, from the start of the run: "10min"'),
    replica: z
      .string()
      .regex(/^.+\/\d+$/, { error: 'must be POOL/NUMBER, such as "h100/3"' })
      .describe('name of the pool and number of the replica in it, from 0 on: "h100/3"'),
    do: z
      .enum(['fail', 'restart', 'drain', 'slow'])
      .describe(
        'fail: it is gone and its requests fail; restart: it comes back after that, or after a drain, with a cold cache; drain: it gets no new requests; slow: its steps take `factor` times as long from then on',
      ),
    factor: z.number().gt(0).max(1000).optional().describe('of slow: 2 = half as fast, 1 = as before'),
  })
  .refine((event) => (event.do === 'slow') === (event.factor !== undefined), {
    error: 'needs a factor if, and only if, it is slow',
    path: ['factor'],
    params: { hint: 'for instance { at: 10min, replica: h100/3, do: slow, factor: 2 }' },
  });

export type EventSpec = z.output<typeof eventSchema>;
