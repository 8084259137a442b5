import { JUDGED_METRICS, RELEVANT_SHARE } from '../documents/metric.ts';
import type { RunReport } from '../documents/run-report.ts';
import { answerOf } from './answer.ts';
import { bandBasis, bandRows } from './band-rows.ts';
import { figureRows } from './figure-rows.ts';
import { formatChange, formatCount, formatDifference, formatInterval, plural } from './format.ts';
import { isTransient, metricOf, policyFigures, type PolicyFigures } from './policy-figures.ts';
import { answerLine } from './answer-line.ts';
import { labelsByPolicy } from './labels-by-policy.ts';
import { painter, type Paint } from './paint.ts';
import { columnsOf, sectionsText, wrap } from './text-layout.ts';
import { thresholdValue } from './threshold-value.ts';

const WIDTH = 80;
const LABEL_WIDTH = 18;
/** Widths in the table of differences; the verdict follows and takes up to 17. */
const COLUMNS = { label: LABEL_WIDTH, difference: 12, relative: 9, interval: 22 };

/**
 * A run for people, 80 columns wide: the figures of each policy, the differences from the baseline, what weakens the
 * forecast, and as the last line (however long) the answer and what to try next.
 */
export function renderTable(report: RunReport, { color }: { readonly color: boolean }): string {
  const policies = policyFigures(report);
  const paint = painter(color);
  const sections = [
    heading(report, policies),
    ...figures(policies, paint),
    bandLines(report, policies),
    ...differences(report, policies, paint),
    thresholds(report, paint),
    remarks(report, policies),
    [answerLine(report.answer ?? answerOf(report))],
  ];
  return sectionsText(sections);
}

function heading({ manifest }: RunReport, policies: readonly PolicyFigures[]): string[] {
  const entry = policies[0]?.entries[0];
  if (entry === undefined) return [manifest.scenario];
  const replicas = entry.pools.reduce((sum, pool) => sum + pool.replicas, 0);
  const gpus = entry.pools.reduce((sum, pool) => sum + pool.gpus, 0);
  const seeds =
    manifest.seeds.length === 1 ? `seed ${manifest.seeds[0]}` : `mean of ${manifest.seeds.length} seeds`;
  return wrap(
    `${manifest.scenario}: ${plural(entry.requests.offered, 'request')}, ${plural(replicas, 'replica')} on ${plural(gpus, 'GPU')}, ${seeds}`,
    WIDTH,
  );
}

/** One table per five policies: a row per figure, a column per policy. */
function figures(policies: readonly PolicyFigures[], paint: Paint): string[][] {
  const rows = figureRows(policies);
  const most = 5;
  const groups = Array.from({ length: Math.ceil(policies.length / most) }, (_, k) =>
    policies.slice(k * most, (k + 1) * most),
  );
  return groups.map((group, k) => {
    const width = Math.min(20, Math.floor((WIDTH - LABEL_WIDTH) / group.length));
    const cells = rows.map(({ label, values }) => ({
      label,
      values: values.slice(k * most, k * most + group.length),
    }));
    return [
      ...columnsOf(
        group.map(({ name }) => name),
        width,
      ).map((line) => `${''.padEnd(LABEL_WIDTH)}${line}`.trimEnd()),
      ...cells.map(({ label, values }) => {
        const texts = values.map((value) => (value ?? '-').padStart(width));
        const painted = texts.map((text) => {
          if (text.trim() === 'unstable') return paint(text, 'bad');
          return text.trim() === '-' ? paint(text, 'dim') : text;
        });
        return `${label.padEnd(LABEL_WIDTH)}${painted.join('')}`;
      }),
    ];
  });
}

/** Where measurements would probably lie. */
function bandLines(report: RunReport, policies: readonly PolicyFigures[]): string[] {
  const basis = bandBasis(report);
  if (basis === undefined) return [];
  return [
    'Model error',
    ...bandRows(report, policies).flatMap(({ title, texts }) => {
      const named = texts.flatMap((text, k) => (text === undefined ? [] : [`${policies[k]?.name} ${text}`]));
      const shown = policies.length > 1 ? named.join(', ') : (texts[0] ?? '');
      return wrap(`${title.padEnd(10)}${shown}`, WIDTH - 2, ' '.repeat(10)).map((line) => `  ${line}`);
    }),
    ...wrap(basis, WIDTH - 2).map((line) => `  ${line}`),
  ];
}

/** What each other policy changes against the baseline, in the metrics that decide and some that explain. */
function differences(report: RunReport, policies: readonly PolicyFigures[], paint: Paint): string[][] {
  const [baseline, ...candidates] = policies;
  if (baseline === undefined) return [];
  const shown = new Set([...JUDGED_METRICS, 'throughput.requestsPerSecond', 'prefixCache.hitRate']);
  return candidates.flatMap((candidate) => {
    const unstable = [baseline, candidate].some(({ verdict }) => verdict === 'unstable');
    const lines = report.comparisons
      .filter((one) => one.baseline === baseline.name && one.candidate === candidate.name)
      .filter(({ metric }) => shown.has(metric) && !(unstable && isTransient(metric)))
      .flatMap((comparison) => {
        const metric = metricOf(comparison);
        const { difference, ratio, interval, baselineValue = 0, verdict } = comparison;
        if (metric === undefined || difference === undefined) return [];
        const relevant = Math.abs(difference) >= RELEVANT_SHARE * Math.abs(baselineValue);
        const decided = verdict === 'better' || verdict === 'worse';
        const hue = !decided || !relevant ? 'dim' : verdict === 'better' ? 'good' : 'bad';
        return [
          [
            `  ${metric.title}`.padEnd(COLUMNS.label),
            formatDifference(difference, metric.unit, baselineValue).padStart(COLUMNS.difference),
            (ratio === undefined || metric.unit === 'share' ? '' : formatChange(ratio)).padStart(
              COLUMNS.relative,
            ),
            (interval === undefined ? '' : formatInterval(interval, metric.unit, baselineValue)).padStart(
              COLUMNS.interval,
            ),
            ` ${paint(decided && !relevant ? `${verdict} (< 1 %)` : verdict, hue)}`,
          ].join(''),
        ];
      });
    if (lines.length === 0) return [];
    const title = `${candidate.name} against ${baseline.name}`;
    const room = COLUMNS.label + COLUMNS.difference + COLUMNS.relative + COLUMNS.interval;
    const columns = '95 % interval'.padStart(room - title.length);
    return [[...(title.length + 14 > room ? wrap(title, WIDTH, '  ') : [`${title}${columns}`]), ...lines]];
  });
}

function thresholds({ runs }: RunReport, paint: Paint): string[] {
  return runs.flatMap(({ policy, seed, thresholds = [] }) =>
    thresholds.flatMap((result) => {
      const { expression, ok } = result;
      const who = runs.some((run) => run.policy === policy && run.seed !== seed)
        ? `${policy}, seed ${seed}`
        : policy;
      const [first = '', ...rest] = wrap(`${expression}: ${thresholdValue(result)} (${who})`, WIDTH - 2);
      return [`${ok ? paint('✓', 'good') : paint('✗', 'bad')} ${first}`, ...rest.map((line) => `  ${line}`)];
    }),
  );
}

/** What a reader must know before believing the figures. */
function remarks({ runs }: RunReport, policies: readonly PolicyFigures[]): string[] {
  const labels = new Map<string, string[]>();
  for (const { policy, labels: own } of labelsByPolicy(runs)) {
    for (const { code, text } of own) {
      if (code === 'transient') continue; // said in words of its own
      const key = `${code}: ${text}`;
      labels.set(key, [...new Set([...(labels.get(key) ?? []), policy])]);
    }
  }
  const lost = policies.some(({ entries }) =>
    entries.some(({ requests }) => requests.completed < requests.offered),
  );
  const unstable = policies.filter(({ verdict }) => verdict === 'unstable').map(({ name }) => name);
  return [
    ...(unstable.length > 0
      ? [
          `${unstable.join(', ')}: more arrives than is served; TTFT and E2E depend on when one stops looking, so none is shown`,
        ]
      : []),
    ...(lost ? [`latencies are those of ${completedRange(policies)} completed requests only`] : []),
    ...[...labels].map(([text, who]) =>
      who.length === policies.length ? text : `${text} (${who.join(', ')})`,
    ),
  ].flatMap((text) => wrap(`! ${text}`, WIDTH, '  '));
}

function completedRange(policies: readonly PolicyFigures[]): string {
  const counts = policies.flatMap(({ entries }) => entries.map(({ requests }) => requests.completed));
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `the ${formatCount(least)}` : `the ${formatCount(least)} to ${formatCount(most)}`;
}
