import type { ValidationCell, ValidationSummary } from '../../documents/validation-report.ts';
import { quantile } from '../../compare/quantile.ts';

/** Fewer (model, GPU) pairs than this say little about the next one. */
const ENOUGH_PAIRS = 3;

type ErrorFigures = Pick<
  ValidationSummary,
  | 'count'
  | 'pairs'
  | 'indicative'
  | 'meanError'
  | 'medianAbsoluteError'
  | 'meanAbsoluteError'
  | 'worst'
  | 'noise'
>;

/** What the errors of some cells, at least one, come to. */
export function errorFigures(cells: readonly ValidationCell[]): ErrorFigures {
  const errors = cells.map(({ error }) => error);
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const noises = cells.flatMap(({ noise }) => noise ?? []).sort((a, b) => a - b);
  const pairs = new Set(cells.map(({ model, hardware }) => `${model} ${hardware}`)).size;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    count: cells.length,
    pairs,
    indicative: pairs < ENOUGH_PAIRS,
    meanError: mean(errors),
    medianAbsoluteError: quantile(sizes, 0.5),
    meanAbsoluteError: mean(sizes),
    worst: errors.reduce((worst, error) => (Math.abs(error) > Math.abs(worst) ? error : worst), 0),
    ...(noises.length > 0 && { noise: quantile(noises, 0.5) }),
  };
}
