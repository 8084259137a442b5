import { LATENCY_FAMILIES } from '../../documents/model-error.ts';
import { COMPLETED, indexOf, type RequestTable } from '../../documents/request-table.ts';
import type { ValidationRequests } from '../../documents/validation-report.ts';
import { errorStatistics } from './error-statistics.ts';
import type { ValidationCase } from './validation-case.ts';

/** Errors of each request against its own measurement: the k-th row of the run is the k-th request of the record. */
export function requestErrors(
  { id, requests = [] }: ValidationCase,
  table: RequestTable | undefined,
): ValidationRequests[] {
  if (table === undefined) return [];
  return LATENCY_FAMILIES.flatMap((metric): ValidationRequests[] => {
    const errors: number[] = [];
    for (let row = 0; row < table.rows; row++) {
      const measured = requests[indexOf(table, row)]?.[metric];
      const predicted = table[metric][row] ?? NaN;
      if (table.status[row] !== COMPLETED || measured === undefined || !(measured > 0)) continue;
      if (!Number.isNaN(predicted)) errors.push(predicted / measured - 1);
    }
    if (errors.length === 0) return [];
    const { meanAbsoluteError: _, ...statistics } = errorStatistics(errors);
    return [{ id, metric, ...statistics }];
  });
}
