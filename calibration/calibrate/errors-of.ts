import { COMPARED_METRICS, type CalibrationError } from '../../documents/calibration-report.ts';
import { median } from '../../compare/median.ts';
import { errorStatistics } from '../validate/error-statistics.ts';
import type { Calibration } from './calibrate.ts';
import type { ComparisonRow } from './comparison.ts';

/** Errors of a calibration by metric, those of figures that it was fitted to apart from those that were held out. */
export function errorsOf(
  rows: readonly ComparisonRow[],
  { before, after }: Calibration,
  hadProfile: boolean,
): CalibrationError[] {
  return COMPARED_METRICS.flatMap((metric) =>
    (['fit', 'held-out'] as const).flatMap((split): CalibrationError[] => {
      const errors: number[] = [];
      const earlier: number[] = [];
      for (const [k, row] of rows.entries()) {
        if (row.metric !== metric || row.heldOut !== (split === 'held-out')) continue;
        const [now, then] = [after[k] ?? NaN, before[k] ?? NaN].map((value) => value / row.measured - 1);
        if (now !== undefined && !Number.isNaN(now)) errors.push(now);
        if (then !== undefined && !Number.isNaN(then)) earlier.push(Math.abs(then));
      }
      if (errors.length === 0) return [];
      return [
        {
          metric,
          split,
          ...errorStatistics(errors),
          ...(hadProfile && earlier.length > 0 && { medianAbsoluteErrorBefore: median(earlier) }),
        },
      ];
    }),
  );
}
