import {
  COMPLETED,
  partOf,
  queueTimeOf,
  REQUEST_STATUSES,
  type RequestTable,
} from '../../documents/request-table.ts';
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
  const { counted, status, inputTokens, outputTokens, prefixHitTokens, meetsSlo } = table;
  const counts = REQUEST_STATUSES.map(() => 0);
  const sums = { offered: 0, good: 0, input: 0, output: 0, queried: 0, hit: 0 };
  const completed = new Uint32Array(table.rows);
  let most = 0;
  for (let row = 0; row < table.rows; row++) {
    if (counted[row] !== 1 || !belongs(row)) continue;
    const code = status[row] ?? 0;
    const input = inputTokens[row] ?? 0;
    const hit = prefixHitTokens[row] ?? -1;
    sums.offered++;
    counts[code] = (counts[code] ?? 0) + 1;
    sums.good += meetsSlo?.[row] ?? 0;
    if (hit >= 0) {
      sums.queried += input;
      sums.hit += hit;
    }
    if (code !== COMPLETED) continue;
    sums.input += input;
    sums.output += outputTokens[row] ?? 0;
    completed[most++] = row;
  }
  const span = seconds ?? spanOf(table, belongs);
  const rows = completed.subarray(0, most);
  return {
    requests: countsOf(counts, sums.offered),
    ttft: distributionOfRows(rows, (row) => table.ttft[row] ?? NaN),
    tpot: distributionOfRows(rows, (row) => table.tpot[row] ?? NaN),
    e2e: distributionOfRows(rows, (row) => table.e2e[row] ?? NaN),
    queueTime: distributionOfRows(rows, (row) => queueTimeOf(table, row)),
    gatewayQueueTime: distributionOfRows(rows, (row) => partOf(table, 'gatewayQueue', row)),
    throughput:
      span > 0
        ? {
            requestsPerSecond: most / span,
            inputTokensPerSecond: sums.input / span,
            outputTokensPerSecond: sums.output / span,
          }
        : {},
    ...(meetsSlo !== undefined &&
      sums.offered > 0 && {
        goodput: {
          ...(span > 0 && { requestsPerSecond: sums.good / span }),
          attainment: sums.good / sums.offered,
        },
      }),
    prefixCache: {
      queriedTokens: sums.queried,
      hitTokens: sums.hit,
      ...(sums.queried > 0 && { hitRate: sums.hit / sums.queried }),
    },
  };
}

/** First arrival to last end of the counted rows, seconds; 0 when none has ended. */
export function simulatedSeconds(table: RequestTable): number {
  return spanOf(table, () => true);
}

function spanOf(table: RequestTable, belongs: (row: number) => boolean): number {
  let first = Infinity;
  let last = -Infinity;
  for (let row = 0; row < table.rows; row++) {
    if (table.counted[row] !== 1 || !belongs(row)) continue;
    first = Math.min(first, table.arrival[row] ?? Infinity);
    const end = table.end[row] ?? NaN;
    if (end > last) last = end;
  }
  return last > first ? last - first : 0;
}

function countsOf(counts: readonly number[], offered: number): RequestCounts {
  const [completed = 0, rejected = 0, failed = 0, timedOut = 0, cancelled = 0, unfinished = 0] = counts;
  return { offered, completed, rejected, failed, timedOut, cancelled, unfinished };
}

/** Absent values are left out: a one-token answer has no TPOT. */
function distributionOfRows(rows: Uint32Array, value: (row: number) => number): Distribution {
  const values = new Float64Array(rows.length);
  let count = 0;
  for (let index = 0; index < rows.length; index++) {
    const one = value(rows[index] ?? 0);
    if (!Number.isNaN(one)) values[count++] = one;
  }
  return distributionOf(values.subarray(0, count));
}
