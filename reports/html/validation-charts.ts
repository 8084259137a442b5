import type { ValidationCell, ValidationKnee, ValidationReport } from '../../documents/validation-report.ts';
import { formatSeconds, plural, threeDigits } from '../format.ts';
import { metricName, signedPercent } from '../validation/validation-words.ts';
import { FIT_WIDTH, SECONDS_LABEL, type Chart } from './chart.ts';
import { ladder, rounded } from './ladder.ts';
import { NEUTRAL, policyColor } from './palette.ts';

/** Colours of the pairs that constants may be fitted to, and of those that only examine them. */
export const SPLIT_COLORS = { fit: policyColor(1), 'held-out': policyColor(2) } as const;

/** Shares around the diagonal that are drawn as bands. */
const BANDS = [0.25, 0.1];

/** Metrics with fewer points have no chart of their own. */
const ENOUGH = 5;

/**
 * Measured against predicted on logarithmic axes: one chart per metric that has enough points; where none has, as when one
 * run is validated, one chart of all latencies.
 */
export function scatterCharts({
  cells,
}: ValidationReport): { readonly title: string; readonly chart: Chart }[] {
  const drawable = cells.filter(({ predicted }) => predicted > 0);
  const metrics = [...new Set(drawable.map(({ metric }) => metric))];
  const charts = metrics.flatMap((metric) => {
    const own = drawable.filter((cell) => cell.metric === metric);
    const title = `${metricName(metric)}, ${own.length} points`;
    return own.length < ENOUGH ? [] : [{ title, chart: scatter(metric, own) }];
  });
  const latencies = drawable.filter(({ unit }) => unit === 's');
  if (charts.length > 0 || latencies.length === 0) return charts;
  const title = `All latencies, ${plural(latencies.length, 'point')}`;
  return [{ title, chart: scatter('latencies', latencies) }];
}

function scatter(metric: string, cells: readonly ValidationCell[]): Chart {
  const values = cells.flatMap(({ measured, predicted }) => [measured, predicted]);
  const domain = [rounded(Math.min(...values) / 1.2), rounded(Math.max(...values) * 1.2)];
  const [low = 1, high = 1] = domain;
  const seconds = cells[0]?.unit === 's';
  const written = (value: number): string => (seconds ? formatSeconds(value) : `${threeDigits(value)}/s`);
  const axis = (field: string, title: string): Readonly<Record<string, unknown>> => ({
    field,
    type: 'quantitative',
    title,
    scale: { type: 'log', domain, nice: false },
    axis: { values: ladder(low, high), ...(seconds && { labelExpr: SECONDS_LABEL }), labelFlush: true },
  });
  const x = axis('measured', 'measured');
  const y = axis('predicted', 'predicted');
  const ends = [low, high];
  const band = (share: number): Readonly<Record<string, unknown>> => ({
    data: {
      values: ends.map((at) => ({ measured: at, predicted: at / (1 + share), above: at * (1 + share) })),
    },
    mark: { type: 'area', color: NEUTRAL, opacity: 0.16, clip: true },
    encoding: { x, y, y2: { field: 'above' } },
  });
  return {
    id: `scatter-${metric.replaceAll('.', '-')}`,
    description: `${metric}, predicted against measured, ${cells.length} points from ${written(low)} to ${written(high)}. The tables hold the errors.`,
    renderer: 'svg',
    spec: {
      width: 'container',
      autosize: FIT_WIDTH,
      height: 300,
      layer: [
        ...BANDS.map(band),
        {
          data: { values: ends.map((at) => ({ measured: at, predicted: at })) },
          mark: { type: 'line', color: NEUTRAL, strokeWidth: 1 },
          encoding: { x, y },
        },
        {
          data: {
            values: cells.map((cell) => ({
              measured: rounded(cell.measured),
              predicted: rounded(cell.predicted),
              split: cell.split,
              load: cell.bin === 'knee' ? 'knee' : 'below',
              text: `${metricName(cell.metric)} of ${cell.id}, ${cell.model} on ${cell.hardware}: measured ${written(cell.measured)}, predicted ${written(cell.predicted)}, ${signedPercent(cell.error)}${cell.bin === undefined ? '' : `, ${cell.bin}`}`,
            })),
          },
          mark: { type: 'point', size: 26, strokeWidth: 1.2, clip: true },
          encoding: {
            x,
            y,
            stroke: SPLIT,
            fill: SPLIT,
            fillOpacity: { condition: { test: "datum.load == 'knee'", value: 0 }, value: 0.75 },
            tooltip: { field: 'text', type: 'nominal' },
          },
        },
      ],
    },
  };
}

const SPLIT = {
  field: 'split',
  type: 'nominal',
  legend: null,
  scale: { domain: Object.keys(SPLIT_COLORS), range: Object.values(SPLIT_COLORS) },
};

/** Mean TTFT against the load, measured and forecast, for every series of a fleet under rising rates. */
export function kneeCharts({ knees }: ValidationReport): { readonly title: string; readonly chart: Chart }[] {
  return knees
    .filter(({ loadUnit, points }) => loadUnit === 'requests/s' && points.length > 2)
    .map((knee, position) => ({ title: knee.id, chart: kneeChart(knee, position) }));
}

function kneeChart({ points, loadUnit, id, measured, predicted }: ValidationKnee, position: number): Chart {
  const values = points.flatMap((point) =>
    (['measured', 'predicted'] as const).map((kind) => ({
      load: point.load,
      seconds: rounded(point[kind]),
      kind,
      knee: point.load === (kind === 'measured' ? measured : predicted),
      text: `${kind} at ${threeDigits(point.load)} ${loadUnit}: ${formatSeconds(point[kind])}`,
    })),
  );
  const sizes = values.map(({ seconds }) => seconds);
  const x = { field: 'load', type: 'quantitative', title: loadUnit, scale: { zero: false } };
  const y = {
    field: 'seconds',
    type: 'quantitative',
    title: null,
    scale: { type: 'log' },
    axis: { values: ladder(Math.min(...sizes) / 2, Math.max(...sizes) * 2), labelExpr: SECONDS_LABEL },
  };
  const color = {
    field: 'kind',
    type: 'nominal',
    legend: null,
    scale: { domain: ['measured', 'predicted'], range: KIND_COLORS },
  };
  return {
    id: `knee-${position}`,
    description: `Mean TTFT of ${id} against ${loadUnit}. ${values.map(({ text }) => text).join('. ')}`,
    renderer: 'svg',
    spec: {
      width: 'container',
      autosize: FIT_WIDTH,
      height: 190,
      data: { values },
      layer: [
        {
          mark: { type: 'line', strokeWidth: 2 },
          encoding: {
            x,
            y,
            color,
            strokeDash: {
              field: 'kind',
              legend: null,
              scale: { domain: ['measured', 'predicted'], range: [[], [5, 3]] },
            },
          },
        },
        {
          mark: { type: 'point', filled: true, opacity: 1 },
          encoding: {
            x,
            y,
            color,
            size: { condition: { test: 'datum.knee', value: 120 }, value: 30 },
            tooltip: { field: 'text', type: 'nominal' },
          },
        },
      ],
    },
  };
}

/** Colours of what was measured and of what was forecast. */
export const KIND_COLORS = [policyColor(0), policyColor(1)] as const;
