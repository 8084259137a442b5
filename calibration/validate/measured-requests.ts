import { arrivalOrder } from '../../sim/workload/trace/arrival-order.ts';
import type { Trace } from '../../sim/workload/trace/trace.ts';
import type { MeasuredRequest } from './validation-case.ts';

/** What was measured of each request of a recorded run, in order of arrival, as the workload plays them. */
export function measuredRequests({ measured, arrivals, outputTokens }: Trace): MeasuredRequest[] | undefined {
  if (measured === undefined) return undefined;
  return [...arrivalOrder(arrivals, 0, 0).rows].map((row) => {
    const known = (value: number | undefined): number | undefined =>
      value === undefined || Number.isNaN(value) ? undefined : value;
    const [ttft, e2e] = [known(measured.ttft[row]), known(measured.e2e[row])];
    const gaps = (outputTokens[row] ?? 1) - 1;
    const tpot = ttft === undefined || e2e === undefined || gaps < 1 ? undefined : (e2e - ttft) / gaps;
    return { ttft, tpot, e2e };
  });
}
