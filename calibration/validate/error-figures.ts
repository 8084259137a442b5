import { median } from '../../compare/median.ts';
import { ENOUGH_PAIRS, type ErrorFigures, type ValidationCell } from '../../documents/validation-report.ts';
import { errorStatistics } from './error-statistics.ts';

/** What the errors of some cells, at least one, come to. */
export function errorFigures(cells: readonly ValidationCell[]): ErrorFigures {
  const errors = cells.map(({ error }) => error);
  const noises = cells.flatMap(({ noise }) => noise ?? []);
  const pairs = new Set(cells.map(({ model, hardware }) => `${model} ${hardware}`)).size;
  const { count, p90AbsoluteError: _, ...statistics } = errorStatistics(errors);
  return {
    count,
    pairs,
    indicative: pairs < ENOUGH_PAIRS,
    ...statistics,
    worst: errors.reduce((worst, error) => (Math.abs(error) > Math.abs(worst) ? error : worst), 0),
    ...(noises.length > 0 && { noise: median(noises) }),
  };
}
