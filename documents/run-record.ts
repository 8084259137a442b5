import type { DecisionRecord } from './decision-record.ts';
import type { RequestTable } from './request-table.ts';
import type { RunEntry } from './run-report.ts';
import type { RunSeries } from './run-series.ts';

/** One run (a policy and a seed) with all that was recorded of it: the entry goes into the report, the rest beside it. */
export interface RunRecord {
  readonly entry: RunEntry;
  readonly requests: RequestTable;
  readonly series: RunSeries;
  /** Resolution of the run's clock: a tick is 2^-k nanoseconds, and this is 2^k. */
  readonly ticksPerNanosecond: number;
  readonly counts: RunCounts;
  /** Why requests went where they went; present when it was asked for. */
  readonly decisions?: readonly DecisionRecord[];
}

/** What playing a run took: the measure of a simulator's work, the same on every machine. */
export interface RunCounts {
  /** Events of the simulation's kernel. */
  readonly events: number;
  /** Engine steps of all replicas. */
  readonly steps: number;
  /** Steps among them that were leapt over rather than played one by one. */
  readonly leapt: number;
}
