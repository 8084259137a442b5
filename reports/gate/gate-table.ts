import { figureTitle } from '../../documents/figure.ts';
import type { GateComparison, GateDecisions, GateReport } from '../../documents/gate-report.ts';
import {
  formatChange,
  formatCount,
  formatInterval,
  formatMetric,
  formatShare,
  listed,
  plural,
} from '../format.ts';
import { wrap } from '../text-layout.ts';
import { thresholdValue } from '../threshold-value.ts';

const WIDTH = 80;
/** The verdict follows and takes up to 17. */
const COLUMNS = { label: 18, value: 10, interval: 22 };

type Paint = (text: string, color: 'good' | 'bad' | 'dim') => string;

/** A gate for people, 80 columns wide; the verdict is the last line, however long. */
export function renderGateTable(report: GateReport, { color }: { readonly color: boolean }): string {
  const codes = { good: 32, bad: 31, dim: 2 }; // SGR: green, red, faint
  const paint: Paint = (text, name) => (color ? `\u001b[${codes[name]}m${text}\u001b[0m` : text);
  const { sentence, next } = report.answer;
  const sections = [
    wrap(methodText(report), WIDTH),
    ...contests(report).map((comparisons) => contestLines(comparisons, paint)),
    thresholdLines(report, paint),
    ...report.decisions.map(decisionLines),
    report.labels.flatMap(({ code, text }) => wrap(`! ${code}: ${text}`, WIDTH, '  ')),
    [`${sentence}${next === undefined ? '' : ` Next: ${next}.`}`],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** How it was found out. */
function methodText({ manifest, method, policies }: GateReport): string {
  const { pairing, pairs, fixtures } = method;
  const requests = policies[0] === undefined ? 0 : policies[0].offered / Math.max(1, policies[0].runs);
  const how = {
    replications: `${pairs} replications of about ${plural(requests, 'request')} (sessions drawn anew, arrivals moved, the same for every policy)`,
    seeds: `${pairs} pairs of recorded runs with the same seed, ${plural(requests, 'request')} each`,
    blocks: `single recorded runs of ${plural(requests, 'request')}, resampled by session or minute`,
  }[pairing];
  const under = fixtures.length === 0 ? '' : `; also under ${listed(fixtures)}`;
  const seed = manifest.seeds.length === 0 ? '' : `, seed ${manifest.seeds[0]}`;
  return `${manifest.scenario}: ${how}${seed}${under}`;
}

/** The comparisons of a report, those of two policies under one fixture together. */
function contests({ comparisons }: GateReport): GateComparison[][] {
  const groups = new Map<string, GateComparison[]>();
  for (const one of comparisons) {
    const key = JSON.stringify([one.fixture, one.baseline, one.candidate]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function contestTitle([first]: readonly GateComparison[]): string {
  if (first === undefined) return '';
  const under = first.fixture === undefined ? '' : `${first.fixture}: `;
  return `${under}${first.candidate} against ${first.baseline}`;
}

function contestLines(comparisons: readonly GateComparison[], paint: Paint): string[] {
  const title = contestTitle(comparisons);
  const room = COLUMNS.label + 2 * COLUMNS.value + COLUMNS.interval;
  const heading = '95 % interval';
  const fits = title.length + heading.length < room;
  return [
    ...(fits ? [`${title}${heading.padStart(room - title.length)}`] : wrap(title, WIDTH, '  ')),
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

/** The parts of a comparison's line, as text. */
function comparisonCells(one: GateComparison): {
  readonly title: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly change: string;
  readonly interval: string;
} {
  const { metric, baselineValue, candidateValue, difference, ratio, interval } = one;
  const { title, unit } = figureTitle(metric);
  const points = (value: number): string =>
    `${value < 0 ? '-' : '+'}${(Math.abs(value) * 100).toFixed(1)} pt`;
  return {
    title,
    baseline: baselineValue === undefined ? '-' : formatMetric(baselineValue, unit),
    candidate: candidateValue === undefined ? '-' : formatMetric(candidateValue, unit),
    change:
      unit === 'share' || ratio === undefined
        ? difference === undefined
          ? ''
          : points(difference)
        : formatChange(ratio),
    interval: interval === undefined ? '' : formatInterval(interval, unit, baselineValue ?? 0),
  };
}

function thresholdLines({ thresholds }: GateReport, paint: Paint): string[] {
  return thresholds.flatMap((result) => {
    const { expression, policy, fixture, ok } = result;
    const who = fixture === undefined ? policy : `${policy} under ${fixture}`;
    const [first = '', ...rest] = wrap(`${expression}: ${thresholdValue(result)} (${who})`, WIDTH - 2);
    return [`${ok ? paint('✓', 'good') : paint('✗', 'bad')} ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

/** Decisions that a person looks at; the JSON has the rest. */
const SHOWN = 5;

function decisionLines(decisions: GateDecisions): string[] {
  return [
    ...wrap(decisionsText(decisions), WIDTH, '  '),
    ...decisions.first.slice(0, SHOWN).flatMap(({ request, baseline, candidate, ...scores }) => {
      const { baselineScoreDifference: before, candidateScoreDifference: now } = scores;
      const places = `${baseline ?? 'rejected'} -> ${candidate ?? 'rejected'}`;
      const points = [
        ...(before === undefined ? [] : [`${signed(before)} before`]),
        ...(now === undefined ? [] : [`${signed(now)} now`]),
      ];
      const lead = points.length === 0 ? '' : `: its old endpoint leads by ${listed(points)}`;
      return wrap(`${request}: ${places}${lead}`, WIDTH - 2, '    ').map((line) => `  ${line}`);
    }),
  ];
}

/** `of 4,801 decisions 3,912 (81.5 %) go elsewhere under llm-d than under round-robin`. */
function decisionsText({ baseline, candidate, fixture, decided, changed, share }: GateDecisions): string {
  const under = fixture === undefined ? '' : ` (${fixture})`;
  return `of ${plural(decided, 'decision')} ${formatCount(changed)}${share === undefined ? '' : ` (${formatShare(share)})`} go elsewhere under ${candidate} than under ${baseline}${under}`;
}

function signed(score: number): string {
  return `${score < 0 ? '' : '+'}${Number(score.toPrecision(3))}`;
}
