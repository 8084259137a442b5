import { median } from './measure-passes.ts';
import { digits, type WorkloadReport } from './workload-report.ts';

/** How the processor time per request grows with the number of replicas, at equal load for each. */
export interface Scaling {
  readonly policy: string;
  readonly from: number;
  readonly to: number;
  /** Cost per request with `to` replicas over that with `from`. */
  readonly costRatio: number;
  /** What each replica more adds to a request. */
  readonly nanosecondsPerReplica: number;
}

/** One entry per policy of which two sizes of fleet (`replicas-8/…`, `replicas-512/…`) have been played. */
export function scalingOf(reports: readonly WorkloadReport[]): Scaling[] {
  const points = reports.flatMap(({ name, requests, cpuSecondsOfPasses }) => {
    const [, replicas, policy] = /^replicas-(\d+)\/(.*)$/.exec(name) ?? [];
    return policy === undefined
      ? []
      : [{ policy, replicas: Number(replicas), seconds: median(cpuSecondsOfPasses) / requests }];
  });
  return [...new Set(points.map(({ policy }) => policy))].flatMap((policy) => {
    const own = points.filter((point) => point.policy === policy).sort((a, b) => a.replicas - b.replicas);
    const [small, large] = [own[0], own.at(-1)];
    if (small === undefined || large === undefined || small === large) return [];
    return {
      policy,
      from: small.replicas,
      to: large.replicas,
      costRatio: digits(large.seconds / small.seconds, 3),
      nanosecondsPerReplica: digits(
        (1e9 * (large.seconds - small.seconds)) / (large.replicas - small.replicas),
        3,
      ),
    };
  });
}
