import type { SweepReport } from '../../documents/sweep-report.ts';
import { formatCount, plural } from '../format.ts';
import { answerLine } from '../answer-line.ts';
import { painter, type Paint } from '../paint.ts';
import { sectionsText, wrap } from '../text-layout.ts';
import { mergedLabels } from './merged-labels.ts';
import { sweepAnswerOf } from './sweep-answer.ts';
import { sweepBandBasis } from './sweep-band-basis.ts';
import { SWEEP_COLUMNS } from './sweep-columns.ts';
import { meetsSlo, sweepView, type SweepSeries, type SweepStep, type SweepView } from './sweep-view.ts';

const WIDTH = 80;
const LABEL_WIDTH = 14;
const BAND_WIDTH = 22;

/**
 * A sweep for people, 80 columns wide: for each combination of the other axes and each policy one row per point, the
 * largest load that meets the SLO marked; what weakens the forecasts; and as the last line the answer.
 */
export function renderSweepTable(report: SweepReport, { color }: { readonly color: boolean }): string {
  const view = sweepView(report);
  const paint = painter(color);
  const sections = [
    heading(report),
    ...view.groups.flatMap(({ title, series }) => [
      ...(title === '' ? [] : [wrap(title, WIDTH, '  ')]),
      ...series.filter(({ steps }) => steps.length > 0).map((one) => block(one, view.axis, paint)),
    ]),
    modelError(view, report),
    remarks(report),
    [answerLine(report.answer ?? sweepAnswerOf(report))],
  ];
  return sectionsText(sections);
}

function heading({ manifest, cells }: SweepReport): string[] {
  const offered = cells.flatMap(({ runs }) => runs.map(({ requests }) => requests.offered));
  const [least, most] = [Math.min(...offered), Math.max(...offered)];
  const requests =
    least === most ? plural(most, 'request') : `${formatCount(least)} to ${plural(most, 'request')}`;
  const seeds =
    manifest.seeds.length === 1 ? `seed ${manifest.seeds[0]}` : `means of ${manifest.seeds.length} seeds`;
  return wrap(`${manifest.scenario}: ${plural(cells.length, 'case')} of ${requests}, ${seeds}`, WIDTH);
}

/** The rows of one policy. */
function block({ policy, steps, limit }: SweepSeries, axis: string, paint: Paint): string[] {
  const judged = steps.some(({ figures }) => meetsSlo(figures) !== undefined);
  const shown = SWEEP_COLUMNS.map((column) => ({
    ...column,
    texts: steps.map(({ figures }) => column.text(figures)),
  })).filter(({ texts }) => texts.some((text) => text !== undefined));
  const header = shown.map(({ title, width }) => title.padStart(width)).join('');
  return [
    policy,
    `${axis.length > LABEL_WIDTH ? axis.slice(0, LABEL_WIDTH) : axis.padEnd(LABEL_WIDTH)}${header}${judged ? '   SLO' : ''}`,
    ...steps.flatMap((step, row) => {
      const cells = shown.map(({ texts, width }) => {
        const text = texts[row] ?? '-';
        const padded = text.padStart(width);
        if (text === 'unstable') return paint(padded, 'bad');
        return text === '-' ? paint(padded, 'dim') : padded;
      });
      const slo = judged
        ? sloText(step, limit?.value !== undefined && step.value === limit.value, paint)
        : '';
      const fits = step.label.length < LABEL_WIDTH;
      return [
        ...(fits ? [] : wrap(step.label, WIDTH, '  ')),
        `${(fits ? step.label : '').padEnd(LABEL_WIDTH)}${cells.join('')}${slo}`.trimEnd(),
      ];
    }),
  ];
}

/** Where measurements would probably lie: of each policy a row per point, under the columns that have bands. */
function modelError({ axis, groups }: SweepView, report: SweepReport): string[] {
  const columns = SWEEP_COLUMNS.filter(({ metric }) => metric !== undefined);
  const basis = sweepBandBasis(report);
  if (basis === undefined) return [];
  const rows = groups.flatMap(({ title, series }) =>
    series.flatMap(({ policy, steps }) => {
      const banded = steps.filter(({ bands }) => bands.size > 0);
      if (banded.length === 0) return [];
      return [
        ...wrap(title === '' ? policy : `${policy}, ${title}`, WIDTH - 2).map((line) => `  ${line}`),
        ...banded.map(({ label, bands }) => {
          const texts = columns.map(({ metric = '' }) => (bands.get(metric) ?? '-').padStart(BAND_WIDTH));
          return `    ${label.padEnd(LABEL_WIDTH - 4)}${texts.join('')}`;
        }),
      ];
    }),
  );
  const titles = columns.map(({ title }) => title.padStart(BAND_WIDTH)).join('');
  return [
    'Model error',
    `  ${axis.slice(0, LABEL_WIDTH - 2).padEnd(LABEL_WIDTH - 2)}${titles}`,
    ...rows,
    ...wrap(basis, WIDTH - 2).map((line) => `  ${line}`),
  ];
}

function sloText({ figures }: SweepStep, isLimit: boolean, paint: Paint): string {
  const meets = meetsSlo(figures);
  if (meets === undefined) return '     -';
  return meets ? paint(isLimit ? ' < yes' : '   yes', 'good') : paint('    no', 'bad');
}

/** What a reader must know before believing the figures, each once. */
function remarks({ cells, largestMeetingSlo }: SweepReport): string[] {
  const runs = cells.flatMap((cell) => cell.runs);
  const labels = mergedLabels(runs.flatMap((run) => run.labels));
  return [
    ...(runs.some(({ verdict }) => verdict === 'unstable')
      ? [
          'unstable: more arrives than is served; TTFT and E2E depend on when one stops looking, so none is shown',
        ]
      : []),
    ...(runs.some(({ requests }) => requests.completed < requests.offered)
      ? ['latencies are those of completed requests only']
      : []),
    ...(runs.some(({ goodput }) => goodput?.attainmentLowerBound !== undefined)
      ? ['the SLO is met where the lower 95 % bound of attainment reaches its target']
      : []),
    ...(largestMeetingSlo?.found ?? []).flatMap(({ policy, meetsAgainAt = [] }) =>
      meetsAgainAt.length === 0 ? [] : [`${policy} meets the SLO again at ${meetsAgainAt.join(', ')}`],
    ),
    ...labels.map(({ code, text }) => `${code}: ${text}`),
  ].flatMap((text) => wrap(`! ${text}`, WIDTH, '  '));
}
