import { describe, expect, it } from 'vitest';

import { renderValidationPage } from '../../reports/html/render-validation-page.ts';
import { renderValidationTable } from '../../reports/validation/validation-table.ts';
import { madeValidation } from '../support/made-validation.ts';

const scripts = { vega: '', vegaLite: '', vegaEmbed: '' };
const page = (name?: string): string =>
  renderValidationPage({ report: madeValidation(name), command: 'fleetcast validate points.csv', scripts });

describe('the page of validate', () => {
  it('shows errors, bad rows, knees, orders and what was not scored', () => {
    const text = page();
    expect(text).toContain('Half of the forecasts are within');
    expect(text).toContain('to which no constant is fitted');
    for (const id of ['scatter-ttft-mean', 'scatter-tpot-mean', 'scatter-e2e-mean', 'knee-0']) {
      expect(text).toContain(`id="${id}" class="plot"`);
    }
    expect(text).toMatch(/<th scope="row">made up 11<\/th>/);
    expect(text).toContain('first before second');
    expect(text).toContain('1 × no profile of the GPU made up');
    expect(text).toContain('fleetcast validate points.csv');
  });

  it('draws one chart of all latencies where no metric has points enough for its own', () => {
    const report = madeValidation();
    const [first] = report.cells;
    const cells = report.cells.filter(({ id }) => id === first?.id);
    const text = renderValidationPage({ report: { ...report, cells, knees: [] }, command: '', scripts });
    expect(text).toContain('id="scatter-latencies" class="plot"');
    expect(text).not.toContain('id="scatter-ttft-mean"');
  });

  it('marks scores of fewer than three pairs, and shows the noise of repeated runs', () => {
    expect(page()).toMatch(/<td>~1<\/td>/);
    expect(page()).toMatch(/<td>2\.0%<\/td>/);
    const { goals, summary } = madeValidation();
    expect(goals.every(({ pairs, indicative }) => indicative && pairs === 1)).toBe(true);
    expect(summary.find(({ noise }) => noise !== undefined)?.noise).toBeCloseTo(0.02, 12);
  });

  it('lets no name become markup', () => {
    const evil = `</script><img src=x onerror="alert('1')"><!--`;
    expect(page(evil)).not.toContain('<img');
    expect(page(evil)).not.toContain('<!--');
  });

  it('has the same bytes for the same report', () => {
    expect(page()).toBe(page());
  });
});

describe('the table of validate', () => {
  it('keeps to 80 columns, with goals, noise and knees', () => {
    const text = renderValidationTable(madeValidation(), { color: false });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/TPOT, dense BF16 +unknown +held-out +5 +~1 /);
    expect(text).toContain('Knees: 1 of 1 within one point');
    expect(text).toContain('Orders of policies: 0 of 1 right');
  });
});

describe('goals', () => {
  it('count steady and loaded points alone, by split, and say whether they are met', () => {
    const goal = (split: string) =>
      madeValidation().goals.find((one) => one.split === split && one.title === 'TPOT, dense BF16');
    // Cases 0, 2 … 10 are one pair, 1, 3 … 11 the other; from 11 of 12 on the load factor exceeds 0.85.
    expect(goal('fit')).toMatchObject({ count: 6, met: false });
    expect(goal('held-out')).toMatchObject({ count: 5, met: false });
    expect(goal('held-out')?.medianAbsoluteError).toBeCloseTo(0.1, 12);
    expect(goal('held-out')?.meanAbsoluteError).toBeCloseTo(0.1, 12);
  });
});
