import type { ColdPass } from './cold-pass.ts';
import { median, type MeasuredPasses } from './measure-passes.ts';
import type { Part } from './time-split.ts';

/** What the bench says of one workload. */
export interface WorkloadReport {
  readonly name: string;
  readonly requests: number;
  /** Of the simulated fleet: at 70 % of its plateau it is stable. */
  readonly verdict: string;
  /** By the median of the timed passes; by the cold pass where that is the only one. */
  readonly requestsPerSecond: number;
  /** Every timed pass, in order. */
  readonly secondsOfPasses: readonly number[];
  readonly cpuSecondsOfPasses: readonly number[];
  readonly coldPass: { readonly seconds: number; readonly requestsPerSecond: number };
  readonly eventsPerRequest: number;
  readonly stepsPerRequest: number;
  /** Share of the engine steps that were leapt over. */
  readonly leaptShare: number;
  /** Of the process of the cold pass: before it (the requests of a trace are in memory) and at most. */
  readonly residentMegabytes: { readonly before: number; readonly peak: number };
  /** The median pass, split by where a sampling profiler found a further one; microseconds per request. */
  readonly microsecondsPerRequest?: Readonly<Partial<Record<Part, number>>>;
  readonly baseline?: { readonly requestsPerSecond: number; readonly ratio: number };
}

/** `warm` is absent for workloads that are played once. `before`: requests per second in the baseline. */
export function workloadReport(
  name: string,
  cold: ColdPass,
  warm: MeasuredPasses | undefined,
  before: number | undefined,
): WorkloadReport {
  const { requests, events, steps, leapt } = cold;
  const seconds = warm === undefined ? cold.seconds : median(warm.seconds);
  const speed = requests / seconds;
  return {
    name,
    requests,
    verdict: cold.verdict,
    requestsPerSecond: Math.round(speed),
    secondsOfPasses: (warm?.seconds ?? []).map((value) => digits(value, 4)),
    cpuSecondsOfPasses: (warm?.cpuSeconds ?? []).map((value) => digits(value, 4)),
    coldPass: { seconds: digits(cold.seconds, 4), requestsPerSecond: Math.round(requests / cold.seconds) },
    eventsPerRequest: digits(events / requests, 4),
    stepsPerRequest: digits(steps / requests, 4),
    leaptShare: digits(steps === 0 ? 0 : leapt / steps, 3),
    residentMegabytes: {
      before: Math.round(cold.residentBytesBefore / 1e6),
      peak: Math.round(cold.peakResidentBytes / 1e6),
    },
    ...(warm !== undefined && { microsecondsPerRequest: split(warm.shares, (1e6 * seconds) / requests) }),
    ...(before !== undefined && {
      baseline: { requestsPerSecond: before, ratio: digits(speed / before, 3) },
    }),
  };
}

function split(shares: MeasuredPasses['shares'], microseconds: number): Partial<Record<Part, number>> {
  return Object.fromEntries(
    Object.entries(shares).map(([part, share]) => [part, digits(share * microseconds, 3)]),
  );
}

export function digits(value: number, count: number): number {
  return Number(value.toPrecision(count));
}
