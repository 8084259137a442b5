import type { Plan } from '../documents/plan.ts';
import { casesOf, lanesOf, type FleetSpace } from './find-fleet.ts';
import { fleetOf, planPoolOf } from './fleet-of.ts';
import type { FleetRun, Ledger, LedgerLine } from './ledger.ts';
import { plannedFleet } from './planned-fleet.ts';
import { settledOf, type SettledFleet } from './settled-of.ts';
import type { Misfit } from './shape.ts';

/**
 * The fleet that comes closest to keeping its promise, and what it does not keep: by attainment, or where a run was broken
 * off by how long it held. Undefined only where nothing could be bought.
 */
export async function nearestMissOf(
  space: FleetSpace,
  lines: readonly LedgerLine[],
  misfits: readonly Misfit[],
  ledger: Ledger,
): Promise<Plan['nearestMiss']> {
  // Where arithmetic alone has ruled out all that can be had, the most of each kind is simulated.
  if (lines.length === 0) await ledger.all(largestOf(space).flatMap((run) => casesOf(space, run)));
  const known = (lines.length === 0 ? ledger.lines : lines).flatMap(({ run }) => {
    const one = run.load === space.requirement.peak ? settledOf(space, run, ledger) : undefined;
    return one?.violated === undefined ? [] : [{ run, one }];
  });
  const [nearest] = known.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    const differs = x.findIndex((value, index) => value !== y[index]);
    return differs < 0 ? 0 : (y[differs] ?? 0) - (x[differs] ?? 0);
  });
  if (nearest !== undefined) {
    const run = { ...nearest.run, whole: true };
    await ledger.all([run, { ...nearest.one.run, whole: true }]);
    return {
      ...(await plannedFleet(space, run, ledger)),
      violated: [
        settledOf(space, nearest.run, ledger)?.violated ?? nearest.one.violated ?? '',
        ...powerOf(space, run),
      ].join('; '),
    };
  }
  const policy = space.policies[0] ?? '';
  const hopeless = space.brackets.findIndex((bracket) => bracket.hopeless !== undefined);
  const shape = space.shapes[hopeless];
  if (shape !== undefined) {
    return {
      ...fleetOf(space.shapes, { pools: [{ shape: hopeless, replicas: 1 }], policy }),
      violated: space.brackets[hopeless]?.hopeless ?? '',
    };
  }
  const [misfit] = misfits;
  return (
    misfit && {
      pools: [planPoolOf(misfit.pool, 1)],
      policy,
      gpus: misfit.pool.tensor_parallel_size,
      violated: misfit.reason,
    }
  );
}

/** That no more of the same may be had for the power limit, where that is so. */
function powerOf({ shapes }: FleetSpace, { pools }: FleetRun): string[] {
  const [pool] = pools;
  const buying = shapes[pool?.shape ?? -1]?.buying;
  const isMost =
    pools.length === 1 && pool?.replicas === (buying?.mostUnits ?? 0) * (buying?.replicasPerUnit ?? 0);
  return isMost && buying?.limitedBy !== undefined ? [buying.limitedBy] : [];
}

interface Miss {
  readonly run: FleetRun;
  /** The case that it misses. */
  readonly one: SettledFleet;
}

/** The larger the nearer, the first number that differs. */
function rank({ run, one }: Miss): readonly number[] {
  return [
    one.played.entry?.goodput?.attainment ?? 0,
    one.played.shortenedTo ?? 0,
    run.pools.reduce((sum, { replicas }) => sum + replicas, 0),
  ];
}

/** Most kinds of which the largest fleet is simulated. */
const MOST_KINDS = 4;

function largestOf(space: FleetSpace): FleetRun[] {
  return lanesOf(space)
    .slice(0, MOST_KINDS)
    .flatMap(({ shape, policy }) => {
      const buying = space.shapes[shape]?.buying;
      if (buying === undefined) return [];
      const replicas = buying.mostUnits * buying.replicasPerUnit;
      return [{ pools: [{ shape, replicas }], policy, load: space.requirement.peak, whole: false }];
    });
}
