import type { PlayedCandidate } from './play-candidate.ts';

/** A fleet of one or more shapes under one policy, and what it is played with. */
export interface FleetRun {
  /** Position of the shape in the plan's space, and how many replicas of it. */
  readonly pools: readonly { readonly shape: number; readonly replicas: number }[];
  readonly policy: string;
  /** Multiple of the scenario's load. */
  readonly load: number;
  /** Play all requests even when the promise is broken early. */
  readonly whole: boolean;
  /** Which replication of the workload: 0 is the one whose demand was looked at; absent = 0. */
  readonly replication?: number;
}

/** Simulates fleets, several at once where that is possible; results in the order of the runs. */
export type PlayFleets = (runs: readonly FleetRun[]) => Promise<readonly PlayedCandidate[]>;

/** One run that was played. */
export interface LedgerLine {
  readonly run: FleetRun;
  readonly played: PlayedCandidate;
}

/** Remembers what was played: the same fleet under the same load is simulated once. */
export class Ledger {
  readonly lines: LedgerLine[] = [];
  private readonly play: PlayFleets;

  constructor(play: PlayFleets) {
    this.play = play;
  }

  async all(runs: readonly FleetRun[]): Promise<readonly PlayedCandidate[]> {
    const fresh = runs.filter(
      (run, index) =>
        this.find(run) === undefined && runs.findIndex((other) => keyOf(other) === keyOf(run)) === index,
    );
    const played = fresh.length === 0 ? [] : await this.play(fresh);
    fresh.forEach((run, index) => {
      const result = played[index];
      if (result !== undefined) this.lines.push({ run, played: result });
    });
    return runs.flatMap((run) => this.find(run) ?? []);
  }

  /** Whether a fleet keeps its promise in all its cases: plays the first, then two at a time, until one does not. */
  async keeps([first, ...cases]: readonly FleetRun[]): Promise<boolean> {
    const meet = async (some: readonly FleetRun[]): Promise<boolean> =>
      (await this.all(some)).every(({ outcome }) => outcome === 'meets');
    if (first !== undefined && !(await meet([first]))) return false;
    for (let at = 0; at < cases.length; at += AT_ONCE) {
      if (!(await meet(cases.slice(at, at + AT_ONCE)))) return false;
    }
    return true;
  }

  /** The result of a run, unless a shortened one is not enough. */
  find(run: FleetRun): PlayedCandidate | undefined {
    if (run.pools.every(({ replicas }) => replicas === 0)) return NOTHING_LEFT;
    const known = this.lines.findLast(({ run: other }) => keyOf(other) === keyOf(run))?.played;
    return known?.shortenedTo !== undefined && run.whole ? undefined : known;
  }
}

/** Cases that are played at once. A constant, so that the ledger does not depend on the number of cores. */
const AT_ONCE = 2;

/** What becomes of a fleet that a failure takes away whole. */
const NOTHING_LEFT: PlayedCandidate = {
  outcome: 'misses',
  violated: 'nothing is left of it after the failure',
  entry: undefined,
  shortenedTo: undefined,
  slack: undefined,
};

function keyOf({ pools, policy, load, replication = 0 }: FleetRun): string {
  return JSON.stringify([pools.map(({ shape, replicas }) => [shape, replicas]), policy, load, replication]);
}
