import { quantileSorted } from 'simple-statistics';

import { sortDurations } from '../base/sort-durations.ts';
import { figurePath, type Figure } from '../documents/figure.ts';
import { metricAt } from '../documents/metric.ts';
import { partOf, queueTimeOf, type RequestTable } from '../documents/request-table.ts';
import type { RunEntry } from '../documents/run-report.ts';

/** A run as far as its figures go. */
export interface FiguredRun {
  readonly entry: {
    readonly verdict?: RunEntry['verdict'];
    readonly classes?: RunEntry['classes'];
  };
  readonly requests: RequestTable;
}

/** The value of a figure of a run; undefined when the run does not have it. */
export function figureOf(figure: Figure, { entry, requests }: FiguredRun): number | undefined {
  const { metric, class: name, statistic } = figure;
  const of = name === undefined ? entry : entry.classes?.find((report) => report.name === name);
  if (of === undefined) return undefined;
  const given = metricAt(of, figurePath({ metric, class: undefined, statistic }));
  return given ?? (typeof statistic === 'number' ? percentile(requests, figure, statistic) : undefined);
}

/** The same, but undefined for what depends on when one stops looking: TTFT, E2E, queue times of an unstable run. */
export function steadyFigureOf(figure: Figure, run: FiguredRun): number | undefined {
  return run.entry.verdict === 'unstable' && TRANSIENT.has(figure.metric) ? undefined : figureOf(figure, run);
}

const TRANSIENT: ReadonlySet<string> = new Set(['ttft', 'e2e', 'queueTime', 'gatewayQueueTime']);

/** A percentile that the entry does not carry, from the requests themselves. */
function percentile(
  table: RequestTable,
  { metric, class: className }: Figure,
  share: number,
): number | undefined {
  const { classCode, dictionaries } = table;
  const code = className === undefined ? undefined : dictionaries.classes.indexOf(className);
  const values = new Float64Array(table.rows);
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    if (table.counted[row] !== 1 || (code !== undefined && (classCode?.[row] ?? -1) !== code)) continue;
    const value = timeOf(table, metric, row);
    if (!Number.isNaN(value)) values[count++] = value;
  }
  if (count === 0) return undefined;
  const sorted = values.subarray(0, count);
  sortDurations(sorted);
  return quantileSorted(sorted as unknown as number[], share);
}

function timeOf(table: RequestTable, metric: string, row: number): number {
  switch (metric) {
    case 'ttft':
    case 'tpot':
    case 'e2e':
      return table[metric][row] ?? NaN;
    case 'queueTime':
      return queueTimeOf(table, row);
    case 'gatewayQueueTime':
      return partOf(table, 'gatewayQueue', row);
    default:
      return NaN;
  }
}
