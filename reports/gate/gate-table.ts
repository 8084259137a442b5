import type { GateComparison, GateDecisions, GateReport } from '../../documents/gate-report.ts';
import { answerLine } from '../answer-line.ts';
import { painter, type Paint } from '../paint.ts';
import { sectionsText, wrap } from '../text-layout.ts';
import { thresholdValue } from '../threshold-value.ts';
import {
  changedText,
  comparisonCells,
  contests,
  contestTitle,
  decisionsText,
  methodText,
  policyText,
} from './gate-parts.ts';

const WIDTH = 80;
/** The verdict follows and takes up to 17. */
const COLUMNS = { label: 18, value: 10, interval: 22 };

/** A gate for people, 80 columns wide; the verdict is the last line, however long. */
export function renderGateTable(report: GateReport, { color }: { readonly color: boolean }): string {
  const paint = painter(color);
  const sections = [
    wrap(methodText(report), WIDTH),
    ...contests(report).map((comparisons) => contestLines(comparisons, paint)),
    thresholdLines(report, paint),
    ...report.decisions.map(decisionLines),
    report.labels.flatMap(({ code, text }) => wrap(`! ${code}: ${text}`, WIDTH, '  ')),
    [answerLine(report.answer)],
  ];
  return sectionsText(sections);
}

function contestLines(comparisons: readonly GateComparison[], paint: Paint): string[] {
  const title = contestTitle(comparisons);
  const heading = [
    '  figure'.padEnd(COLUMNS.label),
    'candidate'.padStart(COLUMNS.value),
    'change'.padStart(COLUMNS.value),
    '95 % interval'.padStart(COLUMNS.interval),
    ' verdict',
  ].join('');
  return [
    ...wrap(title, WIDTH, '  '),
    heading,
    ...comparisons.map((one) => {
      const cells = comparisonCells(one);
      const hue = { better: 'good', worse: 'bad' }[one.verdict as string] as 'good' | 'bad' | undefined;
      return [
        `  ${cells.title}`.padEnd(COLUMNS.label),
        cells.candidate.padStart(COLUMNS.value),
        cells.change.padStart(COLUMNS.value),
        cells.interval.padStart(COLUMNS.interval),
        ` ${paint(one.verdict, hue ?? 'dim')}`,
      ].join('');
    }),
  ];
}

function thresholdLines({ thresholds }: GateReport, paint: Paint): string[] {
  return thresholds.flatMap((result) => {
    const { expression, ok } = result;
    const [first = '', ...rest] = wrap(
      `${expression}: ${thresholdValue(result)} (${policyText(result)})`,
      WIDTH - 2,
    );
    return [`${ok ? paint('✓', 'good') : paint('✗', 'bad')} ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

/** Decisions that a person looks at; the JSON has the rest. */
const SHOWN = 5;

function decisionLines(decisions: GateDecisions): string[] {
  return [
    ...wrap(decisionsText(decisions), WIDTH, '  '),
    ...decisions.first
      .slice(0, SHOWN)
      .flatMap((changed) => wrap(changedText(changed), WIDTH - 2, '    ').map((line) => `  ${line}`)),
  ];
}
