import { COMPLETED, type RequestTable } from '../documents/request-table.ts';
import { simulate } from '../sim/fleet/simulate.ts';
import { loadInput } from './load-input.ts';
import type { BenchWorkload } from './workload-list.ts';
import { digits } from './workload-report.ts';

/** Requests per second that a fleet can serve of a workload, however many are offered. */
export interface Plateau {
  readonly workload: string;
  readonly requestsPerSecond: number;
  /** The load at which the bench plays it: 70 % of the above. */
  readonly seventyPercent: number;
  readonly points: readonly { readonly concurrency: number; readonly requestsPerSecond: number }[];
}

/** Requests in flight per replica; vLLM's max_num_seqs on an H100 is 1,024. */
const CONCURRENCIES = [64, 128, 256, 512, 1024];

/** The highest throughput of closed loops with more and more clients, each on the workload's own requests. */
export function plateauOf(workload: BenchWorkload, concurrencies = CONCURRENCIES): Plateau {
  const points = concurrencies.map((perReplica) => {
    const replicas = loadInput(workload).pools.reduce((sum, pool) => sum + pool.replicas, 0);
    const concurrency = perReplica * replicas;
    const load = `spec.workload.load={ closed_loop: { concurrency: ${concurrency} } }`;
    const { requests } = simulate(loadInput(workload, [load]));
    return { concurrency, requestsPerSecond: digits(steadyRate(requests), 3) };
  });
  const requestsPerSecond = Math.max(...points.map((point) => point.requestsPerSecond));
  return {
    workload: workload.name,
    requestsPerSecond,
    seventyPercent: digits(0.7 * requestsPerSecond, 3),
    points,
  };
}

/** Completions per second between the first and the last quarter of them: without filling up and draining. */
function steadyRate({ end, status }: RequestTable): number {
  const ends = end.filter((_, row) => status[row] === COMPLETED).sort();
  const [first, last] = [Math.floor(ends.length / 4), Math.floor((3 * ends.length) / 4)];
  return (last - first) / ((ends[last] ?? NaN) - (ends[first] ?? NaN));
}
