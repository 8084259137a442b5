import type { RunRecord } from '../../documents/run-record.ts';
import { SERIES_BINS, type ReplicaSeries } from '../../documents/run-series.ts';
import { threeDigits } from '../format.ts';
import type { PolicyFigures } from '../policy-figures.ts';
import type { Chart } from './chart.ts';
import { encodeBins } from './encode-bins.ts';

/** What is drawn of each replica over time. */
export const MEASURES = [
  { key: 'waiting', title: 'waiting', color: [217, 92, 23], unit: 'requests', full: undefined },
  { key: 'running', title: 'running', color: [47, 127, 224], unit: 'requests', full: undefined },
  { key: 'kvShare', title: 'KV cache in use', color: [31, 148, 112], unit: 'share', full: 1 },
] as const;

/** Rows of strips that a page carries in all (300 bins, two characters each: about 1.2 MB). */
const MOST_ROWS = 1900;

interface PolicyStrips {
  readonly policy: string;
  /** One per measure. */
  readonly charts: readonly Chart[];
}

export interface SeriesSection {
  readonly policies: readonly PolicyStrips[];
  /** Highest value of each measure over all policies: the full colour. */
  readonly highest: readonly number[];
  /** Replicas whose mean one row shows; 1 = every replica has its own. */
  readonly replicasPerRow: number;
}

/** A strip per replica over time, darker where more requests wait or run or more KV is in use; first seed of each policy. */
export function seriesCharts(
  policies: readonly PolicyFigures[],
  records: readonly RunRecord[],
): SeriesSection {
  const first = policies.flatMap(({ name }) => records.find(({ entry }) => entry.policy === name) ?? []);
  const replicas = Math.max(1, ...first.map(({ series }) => series.replicas.length));
  const rowsPerPolicy = Math.max(1, Math.floor(MOST_ROWS / MEASURES.length / Math.max(1, first.length)));
  const replicasPerRow = Math.ceil(replicas / Math.min(rowsPerPolicy, 64));
  const grouped = first.map(({ entry, series }) => ({
    policy: entry.policy,
    series,
    rows: groupsOf(series.replicas, replicasPerRow),
  }));
  const highest = MEASURES.map(
    ({ key, full }) =>
      full ?? Math.max(0, ...grouped.flatMap(({ rows }) => rows.map((row) => highestOf(meanOf(row, key))))),
  );
  return {
    highest,
    replicasPerRow,
    policies: grouped.map(({ policy, series, rows }, position) => ({
      policy,
      charts: MEASURES.map(({ key, title, color, unit }, measure): Chart => {
        const max = highest[measure] ?? 1;
        const clock = clockFor(series.to - series.from);
        return {
          id: `strips-${position}-${key}`,
          description: `${title} per replica over time under ${policy}; on average ${threeDigits(averageOf(rows, key))} ${unit === 'share' ? 'of 1' : unit}`,
          renderer: 'canvas',
          spec: stripsSpec({ max, color, title, unit, clock: clock.name, rows: rows.length }),
          strips: {
            rows: rows.map(
              (row) => (row.length === 1 ? row[0]?.name : `${row[0]?.name} to ${row.at(-1)?.name}`) ?? '',
            ),
            columns: SERIES_BINS,
            from: series.from / clock.seconds,
            to: series.to / clock.seconds,
            max,
            bins: rows.map((row) => encodeBins(meanOf(row, key), max)).join(''),
          },
        };
      }),
    })),
  };
}

type Key = (typeof MEASURES)[number]['key'];

interface StripsLook {
  readonly max: number;
  readonly color: readonly number[];
  readonly title: string;
  readonly unit: string;
  readonly clock: string;
  readonly rows: number;
}

function stripsSpec({ max, color, title, unit, clock, rows }: StripsLook): Chart['spec'] {
  // Transparent to full colour: the paper, light or dark, is the empty end of the scale.
  const shade = (opacity: number): string => `rgba(${color.join(',')},${opacity})`;
  return {
    padding: { left: 1, right: 7, top: 2, bottom: 2 },
    height: Math.max(48, Math.min(256, rows * (rows > 24 ? 4 : 9))),
    data: { name: 'bins' },
    mark: { type: 'rect', strokeWidth: 0 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: clock,
        scale: { nice: false, zero: false },
        axis: { grid: false, tickCount: 5 },
      },
      x2: { field: 'to' },
      y: { field: 'row', type: 'nominal', sort: null, title: null, axis: null },
      color: {
        field: 'value',
        type: 'quantitative',
        legend: null,
        scale: { domain: [0, max > 0 ? max : 1], range: [shade(0.06), shade(1)] },
      },
      tooltip: [
        { field: 'row', title: 'replica' },
        { field: 'from', title: clock, type: 'quantitative', format: '.3~r' },
        { field: 'value', title, type: 'quantitative', format: unit === 'share' ? '.1%' : '.3~r' },
      ],
    },
  };
}

/** The unit of the time axis. */
function clockFor(seconds: number): { name: string; seconds: number } {
  if (seconds >= 2 * 86_400) return { name: 'days', seconds: 86_400 };
  if (seconds >= 3 * 3600) return { name: 'hours', seconds: 3600 };
  return seconds >= 180 ? { name: 'minutes', seconds: 60 } : { name: 'seconds', seconds: 1 };
}

function groupsOf(replicas: readonly ReplicaSeries[], size: number): (readonly ReplicaSeries[])[] {
  return Array.from({ length: Math.ceil(replicas.length / size) }, (_, k) =>
    replicas.slice(k * size, (k + 1) * size),
  );
}

function meanOf(replicas: readonly ReplicaSeries[], key: Key): Float64Array {
  return Float64Array.from(
    { length: SERIES_BINS },
    (_, bin) => replicas.reduce((sum, series) => sum + (series[key][bin] ?? NaN), 0) / replicas.length,
  );
}

function highestOf(values: Float64Array): number {
  return values.reduce((highest, value) => (value > highest ? value : highest), 0);
}

function averageOf(rows: readonly (readonly ReplicaSeries[])[], key: Key): number {
  const values = rows
    .flat()
    .flatMap((series) => Array.from(series[key].filter((value) => !Number.isNaN(value))));
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}
