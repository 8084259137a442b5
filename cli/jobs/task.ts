import type { Problem } from '../../base/user-error.ts';
import type { Figure } from '../../documents/figure.ts';
import type { RequestTable } from '../../documents/request-table.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import type { Band, RunEntry } from '../../documents/run-report.ts';
import type { PlayedCandidate } from '../../planner/play-candidate.ts';
import type { FixtureName } from '../../scenarios/fixtures/fixture.ts';
import type { Override } from '../../scenarios/load/override.ts';
import type { PoolSpec } from '../../scenarios/schema/pool-schema.ts';
import type { Scenario } from '../../scenarios/schema/scenario-schema.ts';
import type { RunInput } from '../../sim/fleet/run-input.ts';
import type { WorkloadOptions } from '../../sim/workload/make-workload.ts';
import type { Revision } from '../files/git-text.ts';

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
  /** Each seed plays the traffic as it might have come instead; undefined = as it came. */
  readonly replications?: WorkloadOptions['replications'];
  /** Name of the fixture to play it under. */
  readonly fixture?: FixtureName | undefined;
  /** Files that are taken from a commit; undefined = none. */
  readonly revision?: Revision | undefined;
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
  /** Where measurements would probably lie. */
  readonly bands: readonly Band[];
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

/** One run of a gate. */
export interface GateTask {
  readonly kind: 'gate';
  readonly label: string;
  readonly source: CaseSource;
  readonly policy: string;
  readonly seed: number;
  readonly check: boolean;
  /** What candidates are judged on. */
  readonly figures: readonly Figure[];
  /** Whether it is wanted where each request went. */
  readonly withEndpoints: boolean;
  readonly decisions: RunInput['decisions'];
}

export interface GateRun {
  readonly seed: number;
  /** undefined = not known. */
  readonly verdict: RunEntry['verdict'] | undefined;
  readonly requests: RunEntry['requests'];
  readonly labels: RunEntry['labels'];
  /** Of the figures, in order; undefined = absent. */
  readonly values: readonly (number | undefined)[];
  /** What each threshold of the scenario is about, in order; undefined = absent, or not steady. */
  readonly promised: readonly (number | undefined)[];
  /** By request id, in order of creation; undefined = it went nowhere. */
  readonly endpoints?: readonly (readonly [string, string | undefined])[] | undefined;
  readonly decisions?: RunRecord['decisions'] | undefined;
  /** Why no request was completed, when none was. */
  readonly nothing: readonly Problem[];
}

export interface ForecastResult {
  readonly entry?: RunEntry;
  readonly requests?: RequestTable;
  /** What makes a forecast impossible. */
  readonly problems: readonly Problem[];
}

export type Task = RunTask | CellTask | ForecastTask | CandidateTask | GateTask;

/** What a task gives. */
export interface TaskResults {
  readonly run: RunRecord;
  readonly cell: CellResult;
  readonly forecast: ForecastResult;
  readonly candidate: PlayedCandidate;
  readonly gate: GateRun;
}

/** Requests of the running task that have ended, and how many there will be, where known. */
export interface TaskProgress {
  readonly ended: number;
  readonly total: number | undefined;
}
