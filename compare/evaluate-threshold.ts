import { quantileSorted } from 'simple-statistics';

import { sortDurations } from '../base/sort-durations.ts';
import { metricAt } from '../documents/metric.ts';
import { partOf, queueTimeOf, type RequestTable } from '../documents/request-table.ts';
import type { RunRecord } from '../documents/run-record.ts';
import type { RunEntry, ThresholdResult } from '../documents/run-report.ts';
import type { Threshold } from '../documents/threshold.ts';

/**
 * Whether a run keeps a threshold; `baseline` is the run of the baseline policy with the same seed. A figure that the
 * run does not have keeps no promise, and an unstable run has no TTFT, E2E or queue time to hold against one.
 */
export function evaluateThreshold(
  threshold: Threshold,
  run: RunRecord,
  baseline: RunRecord,
): ThresholdResult {
  const value = valueOf(threshold, run);
  const reference = 'value' in threshold.limit ? undefined : valueOf(threshold, baseline);
  const limit =
    'value' in threshold.limit
      ? threshold.limit.value
      : reference === undefined
        ? undefined
        : reference * threshold.limit.timesBaseline;
  return {
    expression: threshold.expression,
    policy: run.entry.policy,
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
    ok: value !== undefined && limit !== undefined && holds(value, threshold.operator, limit),
  };
}

const TRANSIENT: ReadonlySet<string> = new Set(['ttft', 'e2e', 'queueTime', 'gatewayQueueTime']);

function valueOf({ metric, statistic, class: name }: Threshold, run: RunRecord): number | undefined {
  const { entry, requests } = run;
  if (entry.verdict === 'unstable' && TRANSIENT.has(metric)) return undefined;
  const of: RunEntry | NonNullable<RunEntry['classes']>[number] | undefined =
    name === undefined ? entry : entry.classes?.find((report) => report.name === name);
  if (of === undefined) return undefined;
  if (typeof statistic !== 'number')
    return metricAt(of, statistic === 'value' ? metric : `${metric}.${statistic}`);
  const given = metricAt(of, `${metric}.p${statistic * 100}`);
  return given ?? percentile(requests, metric, name, statistic);
}

/** A percentile that the entry does not carry, from the requests themselves. */
function percentile(
  table: RequestTable,
  metric: string,
  className: string | undefined,
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

function holds(value: number, operator: Threshold['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
