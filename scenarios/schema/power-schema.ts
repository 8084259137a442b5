import { z } from 'zod';

import { parseQuantity, unitsOf } from '../../base/quantity.ts';

const message = `must be a power with a unit (${unitsOf('watts')}), such as "40kW"`;

/** The electricity that a fleet may draw, and what it costs. */
export const powerSchema = z.strictObject({
  limit: z
    .string({ error: message })
    .refine((text) => (parseQuantity(text, 'watts') ?? 0) > 0, { error: message })
    .optional()
    .describe('most that all GPUs at their power limit may draw, times pue: "40kW"'),
  usd_per_kwh: z.number().min(0).optional().describe('price of electricity, USD per kWh: 0.12'),
  pue: z
    .number()
    .min(1)
    .default(1)
    .describe('power usage effectiveness: what the building draws over what the GPUs draw'),
});

export type PowerSpec = z.output<typeof powerSchema>;
