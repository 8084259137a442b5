import type { CalibrationError } from '../../documents/calibration-report.ts';
import { quantile } from '../../compare/quantile.ts';
import type { Calibration } from './calibrate.ts';
import type { ComparisonRow } from './comparison.ts';

const METRICS = ['ttft', 'tpot', 'e2e', 'step'] as const;

/** Errors of a calibration by metric, those of figures that it was fitted to apart from those that were held out. */
export function errorsOf(
  rows: readonly ComparisonRow[],
  { before, after }: Calibration,
  hadProfile: boolean,
): CalibrationError[] {
  return METRICS.flatMap((metric) =>
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
      const sizes = errors.map(Math.abs).sort((a, b) => a - b);
      const mean = (values: readonly number[]): number =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      return [
        {
          metric,
          split,
          count: errors.length,
          meanError: mean(errors),
          medianAbsoluteError: quantile(sizes, 0.5),
          meanAbsoluteError: mean(sizes),
          p90AbsoluteError: quantile(sizes, 0.9),
          ...(hadProfile &&
            earlier.length > 0 && {
              medianAbsoluteErrorBefore: quantile(
                earlier.sort((a, b) => a - b),
                0.5,
              ),
            }),
        },
      ];
    }),
  );
}
