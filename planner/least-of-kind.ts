import { findFleet, type FleetSpace } from './find-fleet.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import type { Requirement } from './requirement.ts';

/** An answer of one kind, and where it was found. */
export interface FleetOfKind {
  readonly space: FleetSpace;
  /** At its peak. */
  readonly run: FleetRun;
  readonly ledger: Ledger;
}

/** The smallest fleet of one kind for another load. */
export interface LeastOfKind {
  /** What it was held against: the kind alone. */
  readonly space: FleetSpace;
  readonly run: FleetRun;
}

/**
 * The smallest fleet of the answer's kind, under its policy, that keeps its promise at other loads, simulated. Undefined for
 * mixes of kinds, and when none up to what can be bought does.
 */
export async function leastOfKind(
  { space, run, ledger }: FleetOfKind,
  { load, peak }: Pick<Requirement, 'load' | 'peak'>,
): Promise<LeastOfKind | undefined> {
  const [pool] = run.pools;
  if (pool === undefined || run.pools.length > 1) return undefined;
  const requirement = { ...space.requirement, load, peak };
  const guess = Math.max(1, Math.ceil((pool.replicas * peak) / space.requirement.peak));
  const alone: FleetSpace = {
    ...space,
    policies: [run.policy],
    requirement,
    brackets: space.brackets.map((bracket, shape) => ({
      ...bracket,
      // Proved for the peak, and for nothing else.
      atLeast: 1,
      guess,
      hopeless: shape === pool.shape ? undefined : 'another kind',
    })),
  };
  const { best } = await findFleet(alone, ledger);
  const unit = space.shapes[pool.shape]?.buying.replicasPerUnit ?? 1;
  return (
    best && {
      space: alone,
      run: { ...run, pools: [{ ...pool, replicas: best.units * unit }], load: peak },
    }
  );
}
