import { formatSeconds, formatShare, threeDigits } from '../format.ts';
import type { SweepSeries, SweepStep, SweepView } from '../sweep/sweep-view.ts';
import { FIT_WIDTH, SECONDS_LABEL, type Chart } from './chart.ts';
import { ladder, rounded } from './ladder.ts';
import { policyColor, policyDash } from './palette.ts';

/** What is drawn along the axis of a sweep: latencies as P90 with the band from P50 to P99, rates and shares as lines. */
const MEASURES = [
  { id: 'ttft', title: 'TTFT', path: 'ttft', kind: 'latency' },
  { id: 'tpot', title: 'TPOT', path: 'tpot', kind: 'latency' },
  { id: 'e2e', title: 'E2E', path: 'e2e', kind: 'latency' },
  { id: 'goodput', title: 'goodput, requests/s', path: 'goodput.requestsPerSecond', kind: 'rate' },
  { id: 'requests', title: 'completed requests/s', path: 'throughput.requestsPerSecond', kind: 'rate' },
  { id: 'attainment', title: 'attainment', path: 'goodput.attainment', kind: 'share' },
] as const;

type Measure = (typeof MEASURES)[number];

/** A chart and what stands above it. */
export interface SweepChart {
  readonly kind: Measure['kind'];
  readonly caption: string;
  readonly chart: Chart;
}

/**
 * The charts of one combination of the other axes: latencies, goodput and attainment along the axis, a line per policy, a
 * rule where it meets the SLO for the last time. None for a figure that nobody has; unstable runs have no TTFT and no E2E.
 */
export function sweepCharts(view: SweepView, group: number): SweepChart[] {
  return MEASURES.flatMap((measure): SweepChart[] => {
    const points = (view.groups[group]?.series ?? []).flatMap((series) =>
      series.steps.flatMap((step) => pointOf(measure, series, step, view.axis) ?? []),
    );
    if (points.length === 0) return [];
    return [
      {
        kind: measure.kind,
        caption: measure.title,
        chart: {
          id: `sweep-${group}-${measure.id}`,
          description: `${measure.title} against ${view.axis}. ${points.map(({ text }) => text).join('. ')}`,
          renderer: 'svg',
          spec: specOf(measure, points, view, group),
        },
      },
    ];
  });
}

interface Point {
  readonly policy: string;
  readonly x: number | string;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  readonly unstable: boolean;
  readonly text: string;
}

function pointOf(
  { path, kind, title }: Measure,
  { policy }: SweepSeries,
  { label, value, figures }: SweepStep,
  axis: string,
): Point | undefined {
  const isLatency = kind === 'latency';
  const [y, low, high] = (isLatency ? [`${path}.p90`, `${path}.p50`, `${path}.p99`] : [path, path, path]).map(
    (one) => figures.steadyValue(one),
  );
  if (y === undefined || low === undefined || high === undefined) return undefined;
  const written = isLatency
    ? `P50 ${formatSeconds(low)}, P90 ${formatSeconds(y)}, P99 ${formatSeconds(high)}`
    : kind === 'share'
      ? formatShare(y)
      : threeDigits(y);
  return {
    policy,
    x: value ?? label,
    y: rounded(y),
    low: rounded(low),
    high: rounded(high),
    unstable: figures.verdict === 'unstable',
    text: `${policy} at ${axis} ${label}: ${isLatency ? `${title} ` : ''}${written}${figures.verdict === 'stable' ? '' : ` (${figures.verdict})`}`,
  };
}

function specOf({ kind }: Measure, points: readonly Point[], view: SweepView, group: number): Chart['spec'] {
  const isLatency = kind === 'latency';
  const bounds = [Math.min(...points.map(({ low }) => low)), Math.max(...points.map(({ high }) => high))];
  const [least = 1, most = 1] = bounds;
  const log = isLatency && least > 0 && most > 8 * least;
  const values = (view.groups[group]?.series ?? []).flatMap(({ steps }) =>
    steps.flatMap(({ value }) => value ?? []),
  );
  const domain = [Math.min(...values), Math.max(...values)];
  const x = view.isNumeric
    ? {
        field: 'x',
        type: 'quantitative',
        title: view.axis,
        scale: { domain, nice: false, ...(isWide(domain) ? { type: 'log' } : { zero: false }) },
        axis: { tickCount: 6, format: '~r' },
      }
    : { field: 'x', type: 'ordinal', sort: null, title: view.axis, axis: { labelAngle: 0 } };
  const scale = {
    latency: log ? { type: 'log', domain: bounds.map(rounded), nice: false } : { zero: true, nice: true },
    rate: { zero: true, nice: true },
    share: { domain: [0, 1] },
  }[kind];
  const y = {
    field: 'y',
    type: 'quantitative',
    title: null,
    scale,
    axis: {
      ...(log ? { values: ladder(least, most) } : { tickCount: 5 }),
      ...(isLatency && { labelExpr: SECONDS_LABEL }),
      ...(kind === 'share' && { format: '.0%' }),
    },
  };
  const color = {
    field: 'policy',
    legend: null,
    scale: { domain: view.policies, range: view.policies.map((_, position) => policyColor(position)) },
  };
  const strokeDash = {
    field: 'policy',
    legend: null,
    scale: { domain: view.policies, range: view.policies.map((_, position) => policyDash(position)) },
  };
  const knees = (view.groups[group]?.series ?? []).flatMap(({ policy, limit }) =>
    limit?.value === undefined || limit.missesFrom === undefined
      ? []
      : [{ policy, x: limit.value, text: `${policy} meets the SLO up to ${view.axis} ${limit.value}` }],
  );
  const tooltip = { field: 'text', type: 'nominal' };
  const marks = [false, true]
    .map((unstable) => ({ unstable, values: points.filter((point) => point.unstable === unstable) }))
    .filter(({ values }) => values.length > 0);
  return {
    width: 'container',
    autosize: FIT_WIDTH,
    height: 230,
    data: { values: points },
    layer: [
      ...(isLatency
        ? [
            {
              mark: { type: 'area', opacity: 0.16 },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
            },
          ]
        : []),
      ...(view.isNumeric && knees.length > 0
        ? [
            {
              data: { values: knees },
              mark: { type: 'rule', strokeWidth: 1.6, opacity: 0.9 },
              encoding: { x, color, strokeDash: { value: [3, 3] }, tooltip },
            },
          ]
        : []),
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, color, strokeDash } },
      ...marks.map(({ unstable, values }) => ({
        data: { values },
        mark: { type: 'point', filled: !unstable, size: 40, opacity: 1 },
        encoding: { x, y, color, tooltip },
      })),
    ],
  };
}

/** Whether equal ratios show more than equal differences. */
function isWide([least = 0, most = 0]: readonly number[]): boolean {
  return least > 0 && most >= 10 * least;
}
