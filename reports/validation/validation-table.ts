import type { ValidationReport, ValidationSummary } from '../../documents/validation-report.ts';
import { plural, threeDigits } from '../format.ts';
import { wrap } from '../text-layout.ts';

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
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function pairsOf({ cells }: ValidationReport): number {
  return new Set(cells.map(({ model, hardware }) => `${model} ${hardware}`)).size;
}

const HEADER = `${'metric'.padEnd(11)}${'class'.padEnd(14)}${'load'.padEnd(7)}${'split'.padEnd(9)}${'n'.padStart(4)}${'pairs'.padStart(6)}${'bias'.padStart(7)}${'median'.padStart(7)}${'mean'.padStart(7)}`;

function table(title: string, rows: readonly ValidationSummary[]): string[] {
  if (rows.length === 0) return [];
  return [title, `${HEADER}  ${'worst'.padStart(6)}`, ...rows.map(rowText)];
}

function rowText(row: ValidationSummary): string {
  const pairs = `${row.indicative ? '~' : ''}${row.pairs}`;
  return [
    metricName(row.metric).padEnd(11),
    row.class.padEnd(14),
    (row.bin ?? '-').padEnd(7),
    row.split.padEnd(9),
    String(row.count).padStart(4),
    pairs.padStart(6),
    signed(row.meanError).padStart(7),
    size(row.medianAbsoluteError).padStart(7),
    size(row.meanAbsoluteError).padStart(7),
    '  ',
    signed(row.worst).padStart(6),
  ].join('');
}

/** One block per model and GPU: what to look at when a row over all is bad. */
function pairTables(summary: readonly ValidationSummary[], bold: (text: string) => string): string[][] {
  const rows = summary.filter(({ model }) => model !== undefined);
  const titles = [...new Set(rows.map(({ model, hardware }) => `${model} on ${hardware}`))];
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
    bold(
      `Orders of policies: ${right} of ${orders.length} right (the best first; pairs less than 10 % apart have no order)`,
    ),
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
        `${one.id} ${one.metric}: ${plural(one.count, 'request')}, bias ${signed(one.meanError)}, median ${size(one.medianAbsoluteError)}, P90 ${size(one.p90AbsoluteError)}`,
        WIDTH,
        '  ',
      ),
    ),
  ];
}

function reasonLines({ notScored }: ValidationReport, bold: (text: string) => string): string[] {
  if (notScored.length === 0) return [];
  const reasons = new Map<string, string[]>();
  for (const { id, reason } of notScored) {
    // Reasons that differ in a figure or a name alone are one for the eye.
    const kind = reason.replace(/\d[\d.,]*/g, 'N').replace(/(the same measurement as) .*/, '$1 another');
    reasons.set(kind, [...(reasons.get(kind) ?? []), id]);
  }
  return [
    bold('Not scored'),
    ...[...reasons].flatMap(([reason, ids]) =>
      wrap(`${ids.length} x ${reason}${ids.length === 1 ? ` (${ids[0]})` : ''}`, WIDTH, '  '),
    ),
  ];
}

function metricName(metric: string): string {
  return metric === 'throughput.requestsPerSecond' ? 'requests/s' : metric;
}

function signed(error: number): string {
  return `${error < 0 ? '-' : '+'}${size(Math.abs(error))}`;
}

/** Percent with one decimal, none from 100 on. */
function size(error: number): string {
  return `${(error * 100).toFixed(error >= 1 ? 0 : 1)}%`;
}
