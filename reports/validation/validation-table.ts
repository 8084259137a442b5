import type { ValidationReport, ValidationSummary } from '../../documents/validation-report.ts';
import { plural, threeDigits } from '../format.ts';
import { sectionsText, wrap } from '../text-layout.ts';
import { metricName, pairsOf, pairsText, percent, reasonsOf, signedPercent } from './validation-words.ts';

const WIDTH = 80;

/**
 * Errors of forecasts for people, 80 columns wide: over all models and GPUs, then for each; knees and orders of policies;
 * and what was not scored, by reason.
 */
export function renderValidationTable(
  report: ValidationReport,
  { color }: { readonly color: boolean },
): string {
  const { cells, summary, notScored } = report;
  const bold = (text: string): string => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const documented = (client: string) => (row: ValidationSummary) =>
    row.client === client && row.model === undefined;
  const sections = [
    wrap(
      `${plural(cells.length, 'figure')} of ${plural(pairsOf(report), 'pair')} (model, GPU) scored; ${plural(notScored.length, 'measurement')} not scored. error = predicted / measured - 1`,
      WIDTH,
    ),
    goalLines(report, bold),
    table(bold('All models and GPUs'), summary.filter(documented('documented'))),
    table(
      bold('All models and GPUs, how the client measured is not known'),
      summary.filter(documented('unknown')),
    ),
    ...pairTables(summary, bold),
    kneeLines(report, bold),
    orderLines(report, bold),
    requestLines(report, bold),
    reasonLines(report, bold),
  ];
  return sectionsText(sections);
}

const SHORT_CLASS = { 'dense BF16': 'dense BF16', 'FP8 and MoE': 'FP8, MoE', 'FP4 and INT4': 'FP4, INT4' };

/** A line of a table: texts, each in a column of so many characters; negative = aligned to the right. */
function line(...cells: readonly (readonly [string, number])[]): string {
  return cells
    .map(([text, width]) => (width < 0 ? text.padStart(-width) : text.padEnd(width)))
    .join('')
    .trimEnd();
}

function table(title: string, rows: readonly ValidationSummary[]): string[] {
  if (rows.length === 0) return [];
  const header = line(
    ['metric', 10],
    ['class', 11],
    ['load', 7],
    ['split', 9],
    ['n', -4],
    ['pairs', -6],
    ['bias', -7],
    ['median', -7],
    ['mean', -6],
    ['worst', -7],
    ['noise', -6],
  );
  return [title, header, ...rows.map(rowText)];
}

function rowText(row: ValidationSummary): string {
  return line(
    [metricName(row.metric).replace('requests/s', 'req/s'), 10],
    [SHORT_CLASS[row.class], 11],
    [row.bin ?? '-', 7],
    [row.split, 9],
    [String(row.count), -4],
    [pairsText(row), -6],
    [signedPercent(row.meanError), -7],
    [percent(row.medianAbsoluteError), -7],
    [percent(row.meanAbsoluteError), -6],
    [signedPercent(row.worst), -7],
    [row.noise === undefined ? '-' : percent(row.noise), -6],
  );
}

/** What the forecasts are meant to reach, and what they do. */
function goalLines({ goals }: ValidationReport, bold: (text: string) => string): string[] {
  if (goals.length === 0) return [];
  return [
    bold('Goals: absolute errors of steady and loaded points, median and mean'),
    line(
      ['', 19],
      ['client', 11],
      ['split', 9],
      ['n', -4],
      ['pairs', -6],
      ['median', -7],
      ['mean', -7],
      ['at most', -13],
    ),
    ...goals.map((goal) =>
      line(
        [goal.title, 19],
        [goal.client, 11],
        [goal.split, 9],
        [String(goal.count), -4],
        [pairsText(goal), -6],
        [percent(goal.medianAbsoluteError), -7],
        [percent(goal.meanAbsoluteError), -7],
        [`${percent(goal.medianGoal)} ${percent(goal.meanGoal)}`, -13],
        [goal.met ? ' ✓' : ' ✗', 2],
      ),
    ),
    ...wrap(
      '~ before pairs: fewer than three, which says little about the next one. client: whether it is known how it sent requests and took times. noise: median spread of repeated runs. bias: mean of signed errors.',
      WIDTH,
    ),
  ];
}

/** One block per model and GPU: what to look at when a row over all is bad. */
function pairTables(summary: readonly ValidationSummary[], bold: (text: string) => string): string[][] {
  const rows = summary.filter(({ model }) => model !== undefined);
  const titles = [...new Set(rows.map(({ model, hardware }) => `${model} on ${hardware}`))];
  if (titles.length < 2) return []; // what stands above is of that one
  return titles.map((title) =>
    table(
      bold(title),
      rows.filter(({ model, hardware }) => `${model} on ${hardware}` === title),
    ),
  );
}

function kneeLines({ knees }: ValidationReport, bold: (text: string) => string): string[] {
  if (knees.length === 0) return [];
  const within = knees.filter(({ stagesApart }) => Math.abs(stagesApart) <= 1).length;
  return [
    bold(`Knees: ${within} of ${knees.length} within one point of their series`),
    ...knees
      .filter(({ stagesApart }) => Math.abs(stagesApart) > 1)
      .flatMap(({ id, measured, predicted }) =>
        wrap(`${id}: measured ${measured ?? 'none'}, predicted ${predicted ?? 'none'}`, WIDTH, '  '),
      ),
  ];
}

function orderLines({ orders }: ValidationReport, bold: (text: string) => string): string[] {
  if (orders.length === 0) return [];
  const right = orders.filter(({ swapped }) => swapped.length === 0).length;
  const named = (names: readonly string[], values: Readonly<Record<string, number>>): string =>
    names.map((name) => `${name} ${threeDigits(values[name] ?? NaN)}`).join(', ');
  return [
    bold(`Orders of policies: ${right} of ${orders.length} right`),
    '  (the best first; pairs less than 10 % apart have no order)',
    ...orders.flatMap((order) => [
      ...wrap(`${order.id}, ${order.metric}`, WIDTH, '  '),
      ...wrap(`  measured  ${named(order.measured, order.measuredValues)}`, WIDTH, '    '),
      ...wrap(`  predicted ${named(order.predicted, order.predictedValues)}`, WIDTH, '    '),
    ]),
  ];
}

function requestLines({ requests }: ValidationReport, bold: (text: string) => string): string[] {
  if (requests.length === 0) return [];
  return [
    bold('Request by request'),
    ...requests.flatMap((one) =>
      wrap(
        `${one.id} ${one.metric}: ${plural(one.count, 'request')}, bias ${signedPercent(one.meanError)}, median ${percent(one.medianAbsoluteError)}, P90 ${percent(one.p90AbsoluteError)}`,
        WIDTH,
        '  ',
      ),
    ),
  ];
}

function reasonLines(report: ValidationReport, bold: (text: string) => string): string[] {
  if (report.notScored.length === 0) return [];
  return [
    bold('Not scored'),
    ...reasonsOf(report).flatMap(({ reason, ids }) =>
      wrap(`${ids.length} x ${reason}${ids.length === 1 ? ` (${ids[0]})` : ''}`, WIDTH, '  '),
    ),
  ];
}
