import type { RunRecord } from '../documents/run-record.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import { simulate } from '../sim/fleet/simulate.ts';
import { profileOf } from './cpu-profile.ts';
import { splitOf, type Part } from './time-split.ts';

/** What passes of one process over one workload took. */
export interface MeasuredPasses {
  readonly requests: number;
  readonly verdict: string;
  /** Kernel events, engine steps, and steps that were leapt over, of one pass; equal on every machine. */
  readonly events: number;
  readonly steps: number;
  readonly leapt: number;
  /** Seconds of every timed pass. */
  readonly seconds: readonly number[];
  /** Processor time of the same, helper threads included: what is left of it when others use the machine, too. */
  readonly cpuSeconds: readonly number[];
  /** Share of each part of the program in the samples of one more pass, under the profiler. */
  readonly shares: Readonly<Partial<Record<Part, number>>>;
}

/** Both in seconds. */
export interface Watch {
  readonly now: () => number;
  /** Processor time of this process. */
  readonly cpu: () => number;
}

/**
 * One untimed pass, `passes` timed ones, and one under a sampling profiler. `collect` empties the heap
 * between passes, outside of the measured time.
 */
export function measurePasses(
  input: RunInput,
  passes: number,
  watch: Watch,
  collect: () => void,
): MeasuredPasses {
  const { entry, counts } = simulate(input);
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    collect();
    const cpu = watch.cpu();
    seconds.push(timed(input, watch.now).seconds);
    cpuSeconds.push(watch.cpu() - cpu);
  }
  collect();
  const profile = profileOf(() => simulate(input));
  return {
    requests: entry.requests.offered,
    verdict: entry.verdict,
    ...counts,
    seconds,
    cpuSeconds,
    shares: splitOf(profile),
  };
}

/** One pass and the seconds that it took. */
export function timed(input: RunInput, now: () => number): { seconds: number; record: RunRecord } {
  const begun = now();
  const record = simulate(input);
  return { seconds: now() - begun, record };
}

/** The middle one; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = NaN, high = low] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}
