import { describe, expect, it } from 'vitest';

import { modelErrorOf } from '../../../calibration/validate/model-error-of.ts';
import { modelError } from '../../../documents/model-error.ts';
import type { ValidationCell } from '../../../documents/validation-report.ts';
import { madeValidation } from '../../support/made-validation.ts';

/** Cells of one metric whose logarithms of predicted / measured are given. */
function cells(logErrors: readonly number[], rest: Partial<ValidationCell> = {}): ValidationCell[] {
  return logErrors.map((error, k) => ({
    id: `${k}`,
    source: 'made up',
    model: 'a',
    hardware: 'b',
    metric: 'ttft.mean',
    unit: 's',
    engine: 'vllm-0.24',
    precision: 'bf16',
    class: 'dense BF16',
    split: 'fit',
    measured: 1,
    predicted: Math.exp(error),
    error: Math.exp(error) - 1,
    queueShare: 0.1,
    client: 'documented',
    labels: [],
    ...rest,
  }));
}

describe('what forecasts learn from a validation', () => {
  it('is a document that can be read again', () => {
    const made = modelErrorOf(madeValidation());
    expect(modelError.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
    expect(made.knees).toEqual({ near: 1, count: 1 });
    expect(made.orders).toEqual({ right: 0, count: 1 });
  });

  it('keeps light and queueing forecasts apart, and all of them together', () => {
    const { residuals } = modelErrorOf({
      ...madeValidation(),
      cells: [...cells([0.1, 0.1]), ...cells([0.9, 0.9], { queueShare: 0.8 })],
    });
    const groups = residuals.map(({ class: kind, regime, count, logErrors }) => [
      kind,
      regime,
      count,
      logErrors[10],
    ]);
    expect(groups).toEqual([
      ['dense BF16', 'light', 2, 0.1],
      ['dense BF16', 'queueing', 2, 0.9],
      [undefined, 'light', 2, 0.1],
      [undefined, 'queueing', 2, 0.9],
      [undefined, undefined, 4, 0.5],
    ]);
  });

  it('gives each pair of model and GPU the same weight, however often it was measured', () => {
    const { residuals } = modelErrorOf({
      ...madeValidation(),
      cells: [
        ...cells(new Array<number>(99).fill(0)),
        ...cells([1], { model: 'c' }),
        ...cells([1], { model: 'd' }),
      ],
    });
    expect(residuals.at(-1)).toMatchObject({ count: 101, pairs: 3 });
    expect(residuals.at(-1)?.logErrors[14]).toBe(1);
    expect(residuals.at(-1)?.logErrors[6]).toBe(0);
  });
});
