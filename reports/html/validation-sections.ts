import type { ValidationReport } from '../../documents/validation-report.ts';
import { plural, threeDigits } from '../format.ts';
import type { ValidationAnswer } from '../validation/validation-answer.ts';
import { metricName, pairsOf, percent, signedPercent } from '../validation/validation-words.ts';
import { chartFigure, type Chart } from './chart.ts';
import { colorKey, legend } from './legend.ts';
import { html, typeset, type Markup } from './markup.ts';
import { KIND_COLORS, SPLIT_COLORS } from './validation-charts.ts';
import { SCORE_TITLES, scoreCells, scoreTable } from './validation-table-parts.ts';

interface TitledChart {
  readonly title: string;
  readonly chart: Chart;
}

/** What was compared, and the errors in a sentence. */
export function validationAnswerSection(report: ValidationReport, answer: ValidationAnswer): Markup {
  const { cells, goals, notScored } = report;
  const met = goals.filter((goal) => goal.met).length;
  const indicative = goals.filter((goal) => goal.indicative).length;
  return html`<section class="answer" aria-label="Answer">
    <p class="kicker">
      ${plural(cells.length, 'figure')} of ${plural(pairsOf(report), 'pair')} (model, GPU);
      ${plural(notScored.length, 'measurement')} not scored
    </p>
    <h1>${typeset(answer.headline)}</h1>
    <p class="because">
      ${answer.scope === '' ? '' : `${answer.scope}. `}${met} of ${plural(goals.length, 'goal')} met;
      ${indicative} of them are judged on fewer than three pairs of model and GPU.
    </p>
    <p class="doubt">
      error = predicted / measured − 1. Constants are never fitted to held-out pairs. ~ before a number of
      pairs: fewer than three, which says little about the next one. noise: median spread of runs that were
      repeated.
    </p>
  </section>`;
}

/** What the forecasts are meant to reach, and what they do. */
export function goalsSection({ goals }: ValidationReport): Markup | undefined {
  if (goals.length === 0) return undefined;
  return html`<section aria-labelledby="glance">
    <h2 id="glance">Goals</h2>
    <p class="lede">
      Median and mean of the absolute errors of steady and loaded points (load factor up to 0.85); near the
      knee its place is scored instead. Points whose client is unknown were driven in a way that is not
      documented.
    </p>
    ${scoreTable(
      'Goals',
      ['', 'client', 'split', ...SCORE_TITLES, 'goal', ''],
      goals.map((goal) => [
        goal.title,
        goal.client,
        goal.split,
        ...scoreCells(goal),
        `${percent(goal.medianGoal)} / ${percent(goal.meanGoal)}`,
        html`<span class="${goal.met ? 'good' : 'bad'}">${goal.met ? '✓ met' : '✗ missed'}</span>`,
      ]),
    )}
  </section>`;
}

/** Measured against predicted. */
export function scatterSection(charts: readonly TitledChart[]): Markup | undefined {
  if (charts.length === 0) return undefined;
  return html`<section aria-labelledby="scatter">
    <h2 id="scatter">Measured against predicted</h2>
    <p class="lede">
      On the line the forecast is right; the bands are 10 % and 25 % off. Hollow points are near the knee,
      where a small error of a step is a large one of a queue.
    </p>
    ${legend([
      { key: colorKey(SPLIT_COLORS['held-out']), name: 'held-out pairs' },
      { key: colorKey(SPLIT_COLORS.fit), name: 'pairs that constants may be fitted to' },
    ])}
    <div class="charts">${charts.map(({ chart, title }) => chartFigure(chart, title))}</div>
  </section>`;
}

/** Where queues begin: the first load at which mean TTFT exceeds twice its value at the lowest load. */
export function kneesSection(
  { knees }: ValidationReport,
  charts: readonly TitledChart[],
): Markup | undefined {
  if (knees.length === 0) return undefined;
  const within = knees.filter(({ stagesApart }) => Math.abs(stagesApart) <= 1).length;
  return html`<section aria-labelledby="knees">
    <h2 id="knees">Knees</h2>
    <p class="lede">
      The first load at which mean TTFT exceeds twice its value at the lowest load: ${within} of
      ${knees.length} are forecast within one point of their series. Large dots mark them.
    </p>
    ${
      charts.length === 0
        ? undefined
        : html`${legend(
              ['measured', 'predicted'].map((name, k) => ({ key: colorKey(KIND_COLORS[k] ?? ''), name })),
            )}
            <div class="charts strips">${charts.map(({ chart, title }) => chartFigure(chart, title))}</div>`
    }
    <details>
      <summary>All ${knees.length} series</summary>
      ${scoreTable(
        'Knees',
        ['series', 'load in', 'measured', 'predicted', 'points apart'],
        knees.map(({ id, loadUnit, measured, predicted, stagesApart }) => [
          id,
          loadUnit,
          measured === undefined ? 'none' : threeDigits(measured),
          predicted === undefined ? 'none' : threeDigits(predicted),
          html`<span class="${Math.abs(stagesApart) <= 1 ? 'good' : 'bad'}">${stagesApart}</span>`,
        ]),
      )}
    </details>
  </section>`;
}

/** Which policy is better: as measured, and as forecast. */
export function ordersSection({ orders }: ValidationReport): Markup | undefined {
  if (orders.length === 0) return undefined;
  const right = orders.filter(({ swapped }) => swapped.length === 0).length;
  const named = (names: readonly string[], values: Readonly<Record<string, number>>): string =>
    names.map((name) => `${name} ${threeDigits(values[name] ?? NaN)}`).join(', ');
  return html`<section aria-labelledby="orders">
    <h2 id="orders">Which policy is better</h2>
    <p class="lede">
      ${right} of ${orders.length} orders are right; the best stands first. Policies that measured less than
      10 % apart have no order. Seconds, or tokens per second as the report counted them.
    </p>
    ${scoreTable(
      'Orders of policies',
      ['fleet', 'metric', 'measured', 'predicted', ''],
      orders.map((order) => [
        order.id,
        metricName(order.metric),
        named(order.measured, order.measuredValues),
        named(order.predicted, order.predictedValues),
        html`<span class="${order.swapped.length === 0 ? 'good' : 'bad'}"
          >${order.swapped.length === 0 ? '✓ right' : `✗ ${order.swapped.map((pair) => pair.join(' before ')).join(', ')}`}</span
        >`,
      ]),
      'wide',
    )}
  </section>`;
}

/** Each request against its own measurement. */
export function requestsSection({ requests }: ValidationReport): Markup | undefined {
  if (requests.length === 0) return undefined;
  return html`<section aria-labelledby="requests">
    <h2 id="requests">Request by request</h2>
    ${scoreTable(
      'Request by request',
      ['run', 'metric', 'requests', 'bias', 'median error', 'P90 of errors'],
      requests.map((one) => [
        one.id,
        one.metric,
        String(one.count),
        signedPercent(one.meanError),
        percent(one.medianAbsoluteError),
        percent(one.p90AbsoluteError),
      ]),
    )}
  </section>`;
}
