import type { RunInput } from '../sim/fleet/run-input.ts';
import { timed } from './measure-passes.ts';

/** The first pass of a process, with nothing compiled yet, and the memory that it took. */
export interface ColdPass {
  readonly requests: number;
  readonly verdict: string;
  readonly seconds: number;
  readonly events: number;
  readonly steps: number;
  readonly leapt: number;
  /** Resident memory of the process before the pass (the trace is parsed), and the most it ever had. */
  readonly residentBytesBefore: number;
  readonly peakResidentBytes: number;
}

/** Plays `input` once. Only in a process that has played nothing before does it say what its name says. */
export function coldPass(input: RunInput, now: () => number): ColdPass {
  const residentBytesBefore = process.memoryUsage().rss;
  const { seconds, record } = timed(input, now);
  return {
    requests: record.entry.requests.offered,
    verdict: record.entry.verdict,
    seconds,
    ...record.counts,
    residentBytesBefore,
    // Node gives kilobytes, as getrusage does on Linux.
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  };
}
