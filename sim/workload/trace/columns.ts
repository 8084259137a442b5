import { z } from 'zod';

/** Which columns of a CSV file hold what. All times are on one clock. */
export const columnsSchema = z.strictObject({
  arrival: z.string(),
  input_tokens: z.string(),
  output_tokens: z.string(),
  first_token: z.string().optional(),
  last_token: z.string().optional(),
  time_unit: z.enum(['s', 'ms', 'us']).default('s'),
});

export type ColumnsSpec = z.infer<typeof columnsSchema>;
