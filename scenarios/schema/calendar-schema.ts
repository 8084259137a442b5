import { z } from 'zod';

/** Hours of a week. */
const WEEK = 168;

/** How the load changes over the hours of a week: the workload is its peak. */
export const calendarSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).describe('names the hours in reports: "night"'),
      hours_per_week: z.number().gt(0).max(WEEK).describe('how many hours of a week are so'),
      load: z.number().min(0).max(1).describe('their load, as a share of the workload, which is the peak'),
    }),
  )
  .min(1)
  .refine((periods) => Math.abs(periods.reduce((sum, one) => sum + one.hours_per_week, 0) - WEEK) < 1e-6, {
    error: `must have hours_per_week that add up to the ${WEEK} hours of a week`,
  })
  .refine((periods) => periods.some(({ load }) => load === 1), {
    error: 'must have a period with load 1: the workload is the peak',
  })
  .refine((periods) => new Set(periods.map(({ name }) => name)).size === periods.length, {
    error: 'must give each period a name of its own',
  });

export type CalendarSpec = z.output<typeof calendarSchema>;
