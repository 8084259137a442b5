import { COMPLETED, REQUEST_STATUSES, type RequestTable } from '../../documents/request-table.ts';
import type { ClassReport, Distribution, RequestCounts } from '../../documents/run-report.ts';
import { distributionOf } from './distribution.ts';

/** The figures of a set of requests, the pooled gaps between tokens excepted (they are not kept by request). */
export type Summary = Omit<ClassReport, 'name'>;

/**
 * Figures over the counted rows that `belongs` accepts. Rates divide by `seconds`; undefined = by the time from the
 * first arrival to the last end among them.
 */
export function summarise(
  table: RequestTable,
  belongs: (row: number) => boolean,
  seconds: number | undefined,
): Summary {
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) if (table.counted[row] === 1 && belongs(row)) rows.push(row);
  const completed = rows.filter((row) => table.status[row] === COMPLETED);
  const span = seconds ?? spanOf(table, rows);
  const sum = (column: Float64Array, over: readonly number[]): number =>
    over.reduce((total, row) => total + (column[row] ?? 0), 0);
  const admitted = rows.filter((row) => !Number.isNaN(table.prefixHitTokens[row]));
  const queriedTokens = sum(table.inputTokens, admitted);
  const hitTokens = sum(table.prefixHitTokens, admitted);
  const { parts } = table;
  return {
    requests: countsOf(table, rows),
    ttft: distributionOfColumn(table.ttft, completed),
    tpot: distributionOfColumn(table.tpot, completed),
    e2e: distributionOfColumn(table.e2e, completed),
    queueTime: distributionOf(
      Float64Array.from(
        completed,
        (row) =>
          (parts.retry[row] ?? 0) +
          (parts.gatewayQueue[row] ?? 0) +
          (parts.gatewayDecision[row] ?? 0) +
          (parts.ingest[row] ?? 0) +
          (parts.engineQueue[row] ?? 0),
      ),
    ),
    gatewayQueueTime: distributionOfColumn(parts.gatewayQueue, completed),
    throughput:
      span > 0
        ? {
            requestsPerSecond: completed.length / span,
            inputTokensPerSecond: sum(table.inputTokens, completed) / span,
            outputTokensPerSecond: sum(table.outputTokens, completed) / span,
          }
        : {},
    ...goodputOf(table, rows, span),
    prefixCache: {
      queriedTokens,
      hitTokens,
      ...(queriedTokens > 0 && { hitRate: hitTokens / queriedTokens }),
    },
  };
}

/** First arrival to last end of the counted rows, seconds; 0 when none has ended. */
export function simulatedSeconds(table: RequestTable): number {
  const rows: number[] = [];
  for (let row = 0; row < table.rows; row++) if (table.counted[row] === 1) rows.push(row);
  return spanOf(table, rows);
}

function spanOf(table: RequestTable, rows: readonly number[]): number {
  let first = Infinity;
  let last = -Infinity;
  for (const row of rows) {
    first = Math.min(first, table.arrival[row] ?? Infinity);
    const end = table.end[row] ?? NaN;
    if (end > last) last = end;
  }
  return last > first ? last - first : 0;
}

function countsOf(table: RequestTable, rows: readonly number[]): RequestCounts {
  const counts = REQUEST_STATUSES.map(() => 0);
  for (const row of rows) {
    const status = table.status[row] ?? 0;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  const [completed = 0, rejected = 0, failed = 0, timedOut = 0, cancelled = 0, unfinished = 0] = counts;
  return { offered: rows.length, completed, rejected, failed, timedOut, cancelled, unfinished };
}

function goodputOf(table: RequestTable, rows: readonly number[], span: number): Pick<Summary, 'goodput'> {
  const { meetsSlo } = table;
  if (meetsSlo === undefined || rows.length === 0) return {};
  const good = rows.reduce((count, row) => count + (meetsSlo[row] ?? 0), 0);
  return {
    goodput: { ...(span > 0 && { requestsPerSecond: good / span }), attainment: good / rows.length },
  };
}

/** Absent values are left out: a one-token answer has no TPOT. */
function distributionOfColumn(column: Float64Array, rows: readonly number[]): Distribution {
  const values = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) {
    const value = column[row] ?? NaN;
    if (!Number.isNaN(value)) values[count++] = value;
  }
  return distributionOf(values.subarray(0, count));
}
