import { casesOf, type FleetSpace } from './find-fleet.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import type { PlayedCandidate } from './play-candidate.ts';

/** What became of a fleet in all cases that it must stand. */
export interface SettledFleet {
  /** The case that it misses, or where it meets all of them the last one. */
  readonly run: FleetRun;
  readonly played: PlayedCandidate;
  /** The promise that it breaks, with the failure under which it does; undefined when it keeps all. */
  readonly violated: string | undefined;
}

/**
 * The first case that a fleet misses, or its last one. Undefined for what was played as another fleet's failure only: it
 * meets the case that was played, and nobody knows of the others.
 */
export function settledOf(space: FleetSpace, run: FleetRun, ledger: Ledger): SettledFleet | undefined {
  let settled: SettledFleet | undefined;
  for (const [index, one] of casesOf(space, run).entries()) {
    const played = ledger.find({ ...one, whole: false });
    if (played === undefined) return undefined;
    const failure = index < space.replications ? '' : `${failureText(space, run, one)}: `;
    const where = one.replication === 0 ? '' : `in replication ${(one.replication ?? 0) + 1}, `;
    const violated =
      played.outcome === 'meets' ? undefined : `${failure}${where}${played.violated ?? 'the SLO is missed'}`;
    settled = { run: one, played, violated };
    if (violated !== undefined) break;
  }
  return settled;
}

function failureText({ requirement }: FleetSpace, run: FleetRun, failed: FleetRun): string {
  const all = replicasOf(run);
  return `a lost ${requirement.survive} takes ${all - replicasOf(failed)} of ${all} replicas`;
}

function replicasOf({ pools }: FleetRun): number {
  return pools.reduce((sum, { replicas }) => sum + replicas, 0);
}
