import { didYouMean } from '../../base/nearest.ts';
import { throwProblems, UserError, type Problem } from '../../base/user-error.ts';
import { MOST_COEFFICIENTS, type Coefficient } from './coefficient.ts';
import type { Comparison } from './comparison.ts';
import type { FittedCoefficient } from './server.ts';
import { stagedFit } from './staged-fit.ts';
import { certaintyOf, type Certainty } from './uncertainty.ts';

/** Beyond this factor between a value and a bound of its 95 % interval, the data do not say what the value is. */
const MOST_UNCERTAIN = 2;
/** Fewer rows than this for each coefficient are none. */
const ROWS_PER_COEFFICIENT = 5;

export interface Calibration {
  readonly coefficients: readonly FittedCoefficient[];
  /** Forecasts of each row before and after the fit; NaN where there is none. */
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/** The coefficients of these names. Throws UserError for names that there are not, and for more than eight. */
export function chosenCoefficients(
  known: readonly Coefficient[],
  names: readonly string[],
): readonly Coefficient[] {
  const all = known.map(({ name }) => name);
  throwProblems(
    names
      .filter((name) => !all.includes(name))
      .map((name): Problem => {
        const near = didYouMean(name, all);
        return {
          code: 'E_CALIBRATE',
          message: `"${name}" is no coefficient of this profile`,
          hint: `${near === undefined ? '' : `${near} `}coefficients: ${all.join(', ')}`,
        };
      }),
  );
  if (names.length > MOST_COEFFICIENTS)
    throw new UserError({
      code: 'E_CALIBRATE',
      message: `${names.length} coefficients are more than ${MOST_COEFFICIENTS}`,
      hint: 'name fewer in --coefficients',
    });
  return known.filter(({ name }) => names.includes(name));
}

/**
 * Values of coefficients under which forecasts come closest to measurements. Throws UserError when there are too few of
 * these, or when they cannot identify one of the coefficients.
 */
export function calibrate(comparison: Comparison, coefficients: readonly Coefficient[]): Calibration {
  const start = coefficients.map((one) => one.start);
  refuseFewRows(comparison, coefficients);
  const before = comparison.predict(start);
  const fit = stagedFit(comparison, coefficients);
  const certainties = certaintyOf(fit, comparison.rows);
  refuseUnidentified(certainties, coefficients);
  return {
    coefficients: coefficients.map(({ name, unit }, k) => {
      const value = fit.values[k] ?? NaN;
      const factor = certainties[k]?.factor ?? 1;
      return { name, unit, value, low: value / factor, high: value * factor };
    }),
    before,
    after: comparison.predict(fit.values),
  };
}

function refuseUnidentified(certainties: readonly Certainty[], coefficients: readonly Coefficient[]): void {
  const reasons = certainties.map((certainty) => unidentified(certainty, coefficients));
  const kept = coefficients.filter((_, k) => reasons[k] === undefined).map(({ name }) => name);
  const hint =
    kept.length === 0
      ? 'measure at more loads and lengths'
      : `measure at more loads and lengths, or leave it as it is: --coefficients ${kept.join(',')}`;
  throwProblems(
    coefficients.flatMap(({ name }, k): Problem[] => {
      const reason = reasons[k];
      return reason === undefined
        ? []
        : [{ code: 'E_NOT_IDENTIFIED', message: `the data cannot identify ${name}: ${reason}`, hint }];
    }),
  );
}

function unidentified(
  { hasNoEffect, twin, factor }: Certainty,
  coefficients: readonly Coefficient[],
): string | undefined {
  if (hasNoEffect) return 'no forecast changes with it';
  if (twin !== undefined) return `its effect is that of ${coefficients[twin]?.name ?? ''} in all of them`;
  if (factor > MOST_UNCERTAIN)
    return `its 95 % interval is a factor of ${factor > 1000 ? 'over 1000' : factor.toPrecision(2)} to either side`;
  return undefined;
}

function refuseFewRows({ rows }: Comparison, coefficients: readonly Coefficient[]): void {
  const fitted = rows.filter(({ heldOut }) => !heldOut);
  const blocks = new Set(fitted.map(({ block }) => block)).size;
  const needed = ROWS_PER_COEFFICIENT * coefficients.length;
  if (fitted.length >= needed && blocks > coefficients.length) return;
  throw new UserError({
    code: 'E_CALIBRATE',
    message: `${rows.length} figures in ${new Set(rows.map(({ block }) => block)).size} blocks are too few for ${coefficients.length} coefficients`,
    hint: `a third of the blocks is held out; the rest needs ${needed} figures in more than ${coefficients.length} blocks: measure more, or name fewer in --coefficients`,
  });
}
