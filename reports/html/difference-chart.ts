import { METRICS } from '../../documents/metric.ts';
import type { RunReport } from '../../documents/run-report.ts';
import { formatDifference, formatInterval } from '../format.ts';
import { isTransient, metricOf, type PolicyFigures } from '../policy-figures.ts';
import { FIT_WIDTH, type Chart } from './chart.ts';
import { policyColor } from './palette.ts';

/**
 * How much longer or shorter each policy's latencies are than the baseline's, in percent of the baseline, with the
 * interval of each: filled where it leaves out zero. Undefined where there is nothing to compare.
 */
export function differenceChart(report: RunReport, policies: readonly PolicyFigures[]): Chart | undefined {
  const [baseline] = policies;
  if (baseline === undefined) return undefined;
  const unstable = new Set(policies.filter(({ verdict }) => verdict === 'unstable').map(({ name }) => name));
  const points = report.comparisons.flatMap((comparison) => {
    const metric = metricOf(comparison);
    const { candidate, difference, interval, baselineValue, verdict } = comparison;
    if (comparison.baseline !== baseline.name || metric?.unit !== 's' || /p95|mean/.test(metric.path))
      return [];
    if (isTransient(metric.path) && (unstable.has(baseline.name) || unstable.has(candidate))) return [];
    if (difference === undefined || baselineValue === undefined || baselineValue <= 0) return [];
    const share = (value: number): number => Number((value / baselineValue).toPrecision(4));
    return [
      {
        metric: metric.title,
        policy: candidate,
        difference: share(difference),
        low: share(interval?.[0] ?? difference),
        high: share(interval?.[1] ?? difference),
        decided: verdict === 'better' || verdict === 'worse',
        text: `${metric.title} of ${candidate}: ${formatDifference(difference, 's', baselineValue)}${
          interval === undefined ? '' : `, 95 % interval ${formatInterval(interval, 's', baselineValue)}`
        }: ${verdict}`,
      },
    ];
  });
  if (points.length === 0) return undefined;
  const candidates = policies.slice(1).map(({ name }) => name);
  const metrics = METRICS.map(({ title }) => title).filter((title) =>
    points.some(({ metric }) => metric === title),
  );
  const y = {
    field: 'metric',
    type: 'nominal',
    sort: metrics,
    title: null,
    axis: { ticks: false, domain: false },
  };
  const yOffset = { field: 'policy', sort: candidates };
  const color = {
    field: 'policy',
    legend: null,
    scale: { domain: candidates, range: candidates.map((_, k) => policyColor(k + 1)) },
  };
  const x = {
    type: 'quantitative',
    title: `change against ${baseline.name} (left of zero: shorter)`,
    axis: { labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+.0%')", tickCount: 7, grid: true },
  };
  return {
    id: 'differences',
    description: `Change of latencies against ${baseline.name}. ${points.map(({ text }) => text).join('. ')}`,
    renderer: 'svg',
    spec: {
      width: 'container',
      autosize: FIT_WIDTH,
      height: metrics.length * (14 + 15 * candidates.length),
      data: { values: points },
      layer: [
        { mark: { type: 'rule', strokeWidth: 1.2, color: '#7b8390' }, encoding: { x: { datum: 0, ...x } } },
        {
          mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
          encoding: { y, yOffset, color, x: { field: 'low', ...x }, x2: { field: 'high' } },
        },
        ...[true, false]
          .map((filled) => ({ filled, values: points.filter(({ decided }) => decided === filled) }))
          .filter(({ values }) => values.length > 0)
          .map(({ filled, values }) => ({
            data: { values },
            mark: { type: 'point', filled, size: 62, strokeWidth: 1.8, opacity: 1 },
            encoding: {
              y,
              yOffset,
              color,
              x: { field: 'difference', ...x },
              tooltip: { field: 'text', type: 'nominal' },
            },
          })),
      ],
    },
  };
}
