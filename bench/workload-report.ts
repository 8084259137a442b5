import type { Speed } from './baseline.ts';
import type { ColdPass } from './cold-pass.ts';
import { median, type MeasuredPasses } from './measure-passes.ts';
import type { Part } from './time-split.ts';

/** What the bench says of one workload. */
export interface WorkloadReport extends Speed {
  readonly name: string;
  readonly requests: number;
  /** Of the simulated fleet: at 70 % of its plateau it is stable. */
  readonly verdict: string;
  /** By the median of the timed passes, of their wall time; by the cold pass where that is the only one. */
  readonly requestsPerSecond: number;
  /** By the median of their processor time: also right where others use the machine. */
  readonly requestsPerCpuSecond?: number;
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
  /** Median processor time, split by where a sampling profiler found a further pass; microseconds per request. */
  readonly cpuMicrosecondsPerRequest?: Readonly<Partial<Record<Part, number>>>;
  /** How much faster than the baseline: 1 = as fast. */
  readonly ratioToBaseline?: { readonly ofSpeed: number; readonly ofCpuSpeed?: number };
}

/** `warm` is absent for workloads that are played once. `before`: in the baseline. */
export function workloadReport(
  name: string,
  cold: ColdPass,
  warm: MeasuredPasses | undefined,
  before: Speed | undefined,
): WorkloadReport {
  const { requests, events, steps, leapt } = cold;
  const seconds = warm === undefined ? cold.seconds : median(warm.seconds);
  const cpuSeconds = warm === undefined ? undefined : median(warm.cpuSeconds);
  const speed: Speed = {
    requestsPerSecond: Math.round(requests / seconds),
    ...(cpuSeconds !== undefined && { requestsPerCpuSecond: Math.round(requests / cpuSeconds) }),
  };
  return {
    name,
    requests,
    verdict: cold.verdict,
    ...speed,
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
    ...(warm !== undefined &&
      cpuSeconds !== undefined && {
        cpuMicrosecondsPerRequest: split(warm.shares, (1e6 * cpuSeconds) / requests),
      }),
    ...(before !== undefined && { ratioToBaseline: ratios(speed, before) }),
  };
}

function ratios(now: Speed, before: Speed): NonNullable<WorkloadReport['ratioToBaseline']> {
  const ofSpeed = digits(now.requestsPerSecond / before.requestsPerSecond, 3);
  if (now.requestsPerCpuSecond === undefined || before.requestsPerCpuSecond === undefined) return { ofSpeed };
  return { ofSpeed, ofCpuSpeed: digits(now.requestsPerCpuSecond / before.requestsPerCpuSecond, 3) };
}

function split(shares: MeasuredPasses['shares'], microseconds: number): Partial<Record<Part, number>> {
  return Object.fromEntries(
    Object.entries(shares).map(([part, share]) => [part, digits(share * microseconds, 3)]),
  );
}

export function digits(value: number, count: number): number {
  return Number(value.toPrecision(count));
}
