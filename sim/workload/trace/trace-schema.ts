import { z } from 'zod';

import { durationText } from '../draw/duration.ts';
import { columnsSchema } from './columns.ts';
import { MEASURED_FORMATS, TRACE_FORMATS } from './trace-formats.ts';

/** `trace`: recorded traffic. Files are relative to the file that names them, and may be compressed. */
export const traceSchema = z.strictObject({
  file: z.string().min(1),
  format: z.enum(Object.keys(TRACE_FORMATS)),
  /** Tokens per block, for formats that count in blocks. */
  block_size: z.int().positive().optional(),
  /** Width of the bins that timestamps were rounded to: each request arrives somewhere in its bin. */
  spread: durationText.optional(),
  /** Played so many times end to end, nothing shared between the copies. */
  repeat: z.int().positive().optional(),
});

/** `measured`: the record of a real server's run. */
export const measuredSchema = z
  .strictObject({
    file: z.string().min(1),
    format: z.enum(Object.keys(MEASURED_FORMATS)).optional(),
    columns: columnsSchema.optional(),
  })
  .refine(
    ({ format, columns }) => (format === undefined) !== (columns === undefined),
    'needs either a format, or the columns of a CSV file',
  );

export type TraceSpec = z.infer<typeof traceSchema>;
export type MeasuredSpec = z.infer<typeof measuredSchema>;
