import type { Problem } from '../../base/user-error.ts';
import type { RequestTable } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { RunEntry } from '../../documents/run-report.ts';
import type { PlayedCandidate } from '../../planner/play-candidate.ts';
import type { Override } from '../../scenarios/load/override.ts';
import type { PoolSpec } from '../../scenarios/schema/pool-schema.ts';
import type { Scenario } from '../../scenarios/schema/scenario-schema.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';

/** A scenario with everything that the command line changed in it: enough for another thread to resolve it anew. */
export interface CaseSource {
  readonly scenario: { readonly file: string; readonly text: string };
  readonly sets: readonly string[];
  /** Of a sweep. */
  readonly changes: readonly Override[];
  /** Only the first so many requests; undefined = all. */
  readonly requests: number | undefined;
  /** From which relative paths count. */
  readonly cwd: string;
}

/** One run. */
export interface RunTask {
  readonly kind: 'run';
  /** Says which one, for messages. */
  readonly label: string;
  readonly source: CaseSource;
  readonly policy: string;
  readonly seed: number;
  readonly check: boolean;
  readonly decisions: RunInput['decisions'];
}

/** The runs of one policy in one cell of a sweep, held against SLO and thresholds. */
export interface CellTask {
  readonly kind: 'cell';
  readonly label: string;
  readonly source: CaseSource;
  readonly policy: string;
  /** Played as well where a threshold is relative to it. */
  readonly baseline: string;
  readonly seeds: readonly number[];
  readonly check: boolean;
}

/** One fleet of a plan under one load. */
export interface CandidateTask {
  readonly kind: 'candidate';
  readonly label: string;
  /** With the changes that every candidate needs. */
  readonly source: CaseSource;
  /** Take the place of the scenario's. */
  readonly prices: Scenario['spec']['prices'];
  /** Takes the place of the scenario's pools. */
  readonly pools: readonly PoolSpec[];
  /** Takes the place of the workload's own rate_scale; undefined = as it is. */
  readonly rateScale: number | undefined;
  readonly policy: string;
  readonly seed: number;
  /** Requests of the workload, where a run that has failed may be shortened. */
  readonly mayShorten: number | undefined;
  readonly check: boolean;
}

export interface CellResult {
  /** Of the policy, one per seed. */
  readonly runs: readonly RunEntry[];
  /** Why no request was completed, when none was. */
  readonly nothing: readonly Problem[];
}

/** The forecast of something that was measured. */
export interface ForecastTask {
  readonly kind: 'forecast';
  readonly label: string;
  readonly source: CaseSource;
  readonly policy: string;
  readonly seed: number;
  /** Whether the requests are wanted one by one. */
  readonly withRequests: boolean;
}

export interface ForecastResult {
  readonly entry?: RunEntry;
  readonly requests?: RequestTable;
  /** What makes a forecast impossible. */
  readonly problems: readonly Problem[];
}

export type Task = RunTask | CellTask | ForecastTask | CandidateTask;

/** What a task gives. */
export interface TaskResults {
  readonly run: RunRecord;
  readonly cell: CellResult;
  readonly forecast: ForecastResult;
  readonly candidate: PlayedCandidate;
}

/** Requests of the running task that have ended, and how many there will be, where known. */
export interface TaskProgress {
  readonly ended: number;
  readonly total: number | undefined;
}
