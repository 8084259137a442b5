import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { random } from '../../../base/random.ts';
import { calibrate } from '../../../calibration/calibrate/calibrate.ts';
import type { Coefficient } from '../../../calibration/calibrate/coefficient.ts';
import { blockOf, isHeldOut, type Comparison } from '../../../calibration/calibrate/comparison.ts';
import { messageOf } from '../../support/scenario-text.ts';

const coefficient = (name: string, start: number): Coefficient => ({
  name,
  about: '',
  of: 'step',
  unit: 's',
  start,
});
const TWO = [coefficient('constant', 1), coefficient('per_token', 1)];

/** Steps of `tokens`, measured with `errors`: a straight line, of which everything is known. */
function line(tokens: readonly number[], truth: readonly number[], errors: readonly number[]): Comparison {
  const time = (values: readonly number[], count: number): number =>
    (values[0] ?? 0) + (values[1] ?? 0) * count;
  return {
    rows: tokens.map((count, k) => {
      const block = blockOf(k, tokens.length, 5);
      return {
        metric: 'step',
        measured: time(truth, count) * (1 + (errors[k] ?? 0)),
        block,
        heldOut: isHeldOut(block),
      };
    }),
    predict: (values) => Float64Array.from(tokens, (count) => time(values, count)),
  };
}

const spread = Array.from({ length: 200 }, (_, k) => 1 + ((k * 37) % 400));

describe('a fit to a straight line', () => {
  it('finds the line wherever it starts', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (constant, share) => {
          // At 200 tokens the slope costs `share` times the constant.
          const slope = (constant * share) / 200;
          const { coefficients } = calibrate(line(spread, [constant, slope], []), TWO);
          expect((coefficients[0]?.value ?? 0) / constant).toBeCloseTo(1, 2);
          expect((coefficients[1]?.value ?? 0) / slope).toBeCloseTo(1, 2);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('an interval of 95 % holds the truth in about 95 % of repetitions', () => {
    const truth = [20, 0.1];
    let held = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      const draws = random(run, 0, 'errors');
      const errors = spread.map(() => 0.05 * draws.normal());
      const { coefficients } = calibrate(line(spread, truth, errors), TWO);
      held += coefficients.filter(
        ({ low, high }, k) => low <= (truth[k] ?? 0) && (truth[k] ?? 0) <= high,
      ).length;
    }
    // Of 400 intervals of 95 %: 380, give or take three standard deviations and what few blocks cost.
    expect(held).toBeGreaterThan(355);
    expect(held).toBeLessThan(398);
  });

  it('is no surer of itself than forecasts are right, where nothing scatters', () => {
    const { coefficients } = calibrate(line(spread, [20, 0.1], []), TWO);
    // Half a percent: 1.3 % of each of 20 blocks, over their square root, and more where two coefficients share them.
    for (const { low, high } of coefficients) expect(high / low).toBeGreaterThan(1.01);
  });

  it('says which coefficient cannot be told from which, and which does nothing', () => {
    const refused = (comparison: Comparison, coefficients: readonly Coefficient[]): string =>
      messageOf(() => calibrate(comparison, coefficients));
    const narrow = spread.map((_, k) => 400 + (k % 3));
    expect(refused(line(narrow, [20, 0.1], []), TWO)).toContain(
      'the data cannot identify constant: its effect is that of per_token',
    );
    const same = spread.map(() => 64);
    expect(refused(line(same, [20, 0.1], []), TWO)).toContain('the data cannot identify constant');
    const silent = [...TWO, coefficient('output_delay', 1)];
    const message = refused(line(spread, [20, 0.1], []), silent);
    expect(message).toContain('the data cannot identify output_delay: no forecast changes with it');
    expect(message).toContain('--coefficients constant,per_token');
    expect(refused(line(spread.slice(0, 12), [20, 0.1], []), TWO)).toContain('too few for 2 coefficients');
  });
});
