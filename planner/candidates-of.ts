import type { PlanCandidate } from '../documents/plan.ts';
import { lanesOf, priceOf, runsOf, type FleetSpace, type FoundFleets } from './find-fleet.ts';
import { fleetOf, planPoolOf } from './fleet-of.ts';
import type { FleetRun, Ledger, LedgerLine } from './ledger.ts';
import { settledOf } from './settled-of.ts';
import type { Misfit } from './shape.ts';

/**
 * Every fleet that was looked at, once, with its reason: simulated ones in their order, then what was ruled out. What was
 * played as another fleet's failure alone is none.
 */
export function candidatesOf(
  space: FleetSpace,
  { search, best, ties }: FoundFleets,
  lines: readonly LedgerLine[],
  ledger: Ledger,
  misfits: readonly Misfit[],
): PlanCandidate[] {
  const { shapes, brackets, policies, priced, requirement } = space;
  const lanes = lanesOf(space);
  const bestLane = best === undefined ? undefined : lanes[best.lane];
  const bestShape = shapes[bestLane?.shape ?? -1];
  const bestPrice = best && bestShape && priceOf(bestShape, best.units, priced);
  const beside = new Map(ties.map((tie) => [keyOf(runsOf(space, lanes, tie)[0]), tie.reason]));
  if (best !== undefined && ties.length > 0) {
    beside.set(keyOf(runsOf(space, lanes, best)[0]), `the best forecast of ${ties.length + 1} at this price`);
  }
  // What shows how much more a tie carries is no candidate.
  const atPeak = latest(lines.filter(({ run }) => run.load === requirement.peak));
  const settled = atPeak.flatMap(({ run }) => {
    const one = settledOf(space, run, ledger);
    return one === undefined ? [] : [{ run, one }];
  });
  const played = settled.map(({ run, one }): PlanCandidate => {
    const why = beside.get(keyOf(run));
    const { entry, shortenedTo, outcome } = one.played;
    const attainment = entry?.goodput?.attainment;
    const failed = keyOf(one.run) === keyOf(run) ? '' : `, with a lost ${requirement.survive} as well`;
    return {
      ...fleetOf(shapes, run),
      outcome,
      reason: `${one.violated ?? `${reachedOf(attainment)}${failed}`}${why === undefined ? '' : `; ${why}`}`,
      load: one.run.load,
      ...((entry?.requests.offered ?? shortenedTo) !== undefined && {
        requests: entry?.requests.offered ?? shortenedTo ?? 0,
      }),
      ...(shortenedTo !== undefined && { shortened: true }),
      ...(attainment !== undefined && { attainment }),
    };
  });
  const closed = lanes.flatMap(({ shape: position, policy }, lane): PlanCandidate[] => {
    const shape = shapes[position];
    if (shape === undefined || lane === best?.lane || search.meets(lane) !== undefined) return [];
    const own = settled.filter(
      ({ run: { pools, policy: other } }) =>
        pools.length === 1 && pools[0]?.shape === position && other === policy,
    );
    // The search for the runner-up may have come to a fleet that meets: then nothing of the kind is open.
    if (own.some(({ one }) => one.violated === undefined)) return [];
    const missed = own.map(({ run }) => (run.pools[0]?.replicas ?? 0) / shape.buying.replicasPerUnit);
    const units = Math.max(search.misses(lane), ...missed) + 1;
    const replicas = units * shape.buying.replicasPerUnit;
    if (units > shape.buying.mostUnits && shape.buying.limitedBy !== undefined) {
      return [
        {
          ...fleetOf(shapes, { pools: [{ shape: position, replicas }], policy }),
          outcome: 'does not fit',
          reason: shape.buying.limitedBy,
        },
      ];
    }
    if (units > shape.buying.mostUnits) return [];
    const price = priceOf(shape, units, priced);
    if (bestPrice === undefined || price < bestPrice) return [];
    const byBound = units <= Math.ceil((brackets[position]?.atLeast ?? 1) / shape.buying.replicasPerUnit);
    return [
      {
        ...fleetOf(shapes, { pools: [{ shape: position, replicas }], policy }),
        outcome: 'pruned',
        reason: byBound
          ? 'fewer cannot do the work in time, and these cost no less than the answer'
          : 'fewer miss the SLO, and these cost no less than the answer',
      },
    ];
  });
  const hopeless = shapes.flatMap(({ buying }, shape): PlanCandidate[] => {
    const reason = brackets[shape]?.hopeless;
    if (reason === undefined) return [];
    return policies.map((policy) => ({
      ...fleetOf(shapes, { pools: [{ shape, replicas: buying.replicasPerUnit }], policy }),
      outcome: 'misses' as const,
      reason: `${reason}: no number of replicas can meet the SLO`,
    }));
  });
  return [
    ...played,
    ...closed,
    ...hopeless,
    ...misfits.map(({ pool, reason }) => ({
      pools: [planPoolOf(pool, 1)],
      policy: policies[0] ?? '',
      gpus: pool.tensor_parallel_size,
      outcome: 'does not fit' as const,
      reason,
    })),
  ];
}

function reachedOf(attainment: number | undefined): string {
  return attainment === undefined ? 'every promise is kept' : `attainment ${(100 * attainment).toFixed(1)} %`;
}

/** Of a fleet that was played again as a whole, the whole run. */
function latest(lines: readonly LedgerLine[]): LedgerLine[] {
  return lines.filter(
    (line, index) => !lines.slice(index + 1).some((later) => keyOf(later.run) === keyOf(line.run)),
  );
}

function keyOf(run: FleetRun | undefined): string {
  return JSON.stringify([run?.pools, run?.policy, run?.load]);
}
