import { quantileSorted } from 'simple-statistics';

import { metricAt } from '../documents/metric.ts';
import type { RequestTable } from '../documents/request-table.ts';
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
  const { ttft, tpot, e2e, parts, dictionaries } = table;
  const classCode = className === undefined ? undefined : dictionaries.classes.indexOf(className);
  const queue = [parts.retry, parts.gatewayQueue, parts.gatewayDecision, parts.ingest, parts.engineQueue];
  const columns: Readonly<Record<string, readonly Float64Array[]>> = {
    ttft: [ttft],
    tpot: [tpot],
    e2e: [e2e],
    queueTime: queue,
    gatewayQueueTime: [parts.gatewayQueue],
  };
  const values: number[] = [];
  for (let row = 0; row < table.rows; row++) {
    if (table.counted[row] !== 1 || (classCode !== undefined && table.classCode[row] !== classCode)) continue;
    const value = (columns[metric] ?? []).reduce((sum, column) => sum + (column[row] ?? NaN), 0);
    if (!Number.isNaN(value)) values.push(value);
  }
  return values.length === 0
    ? undefined
    : quantileSorted(
        values.sort((a, b) => a - b),
        share,
      );
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
