import { cheaperMixes } from './cheaper-mixes.ts';
import { fleetOf } from './fleet-of.ts';
import { casesOf, lanesOf, priceOf, type FleetSpace, type FoundFleets } from './find-fleet.ts';
import type { PlanSpec } from '../scenarios/schema/plan-schema.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import { mixCapacities } from './mix-capacities.ts';
import type { MixProgram, SolveMix } from './mix-program.ts';
import { unitWatts, wattsLimit } from './power-limit.ts';
import type { Shape } from './shape.ts';

export interface MixSearch {
  readonly space: FleetSpace;
  readonly found: FoundFleets;
  readonly plan: PlanSpec;
  /** Price of the best fleet of one kind; infinite when there is none. */
  readonly limit: number;
  readonly ledger: Ledger;
  readonly solve: SolveMix;
}

export interface FoundMixes {
  /** The cheapest mix below the limit that keeps its promise; undefined when none was found. */
  readonly best: FleetRun | undefined;
  /** The next cheapest that was found. */
  readonly runnerUp: FleetRun | undefined;
  /**
   * Why no cheaper mix does: `simulated` where each was, but for those that provably cannot do the work; `smaller` where some
   * were only taken to miss, as they are smaller than one of the same kinds that missed; undefined where some are open.
   */
  readonly ruledOut: 'simulated' | 'smaller' | undefined;
}

/** Rounds of proposals for a policy before the search gives up. A choice, for speed. */
const MOST_ROUNDS = 16;

/** Mixes of one round. A constant, so that the answer does not depend on the number of cores. */
const ROUND = 2;

/** Rounds that follow the estimated capacities before what they rule out is looked at as well. */
const TRUSTED_ROUNDS = 4;

/** Cheaper mixes, of all policies together, that are simulated one by one. A choice, for speed. */
const MOST_SINGLY = 64;

/** How much more capacity is asked for than that of a mix that missed. */
const TIGHTER = 1.03;

/**
 * The cheapest mix of kinds that keeps its promise and costs less than `limit`. An integer program proposes the cheapest one
 * by estimated capacities, which is simulated. When the estimates have no more to offer, it proposes the largest ones of
 * those that are still cheaper, until none is left: a mix that misses rules out smaller ones of exactly the same kinds.
 * Routers that do not look at load break that rule, so where few mixes are cheaper than what was found, each of them is
 * simulated as well.
 */
export async function findMix(search: MixSearch): Promise<FoundMixes> {
  const { space, ledger } = search;
  const met: FleetRun[] = [];
  const toBeat = (): number => Math.min(search.limit, ...met.map((run) => priceOfRun(space, run)));
  let complete = true;
  for (const policy of space.policies) {
    const capacities = await mixCapacities(space, search.found, policy, ledger);
    const cuts: (readonly number[])[] = [];
    let [work, misses] = [1, 0];
    let seek: MixProgram['seek'] = 'least price';
    let isOpen = true;
    for (let round = 0; isOpen && round < MOST_ROUNDS; round++) {
      const limit = toBeat();
      const asked = (): Pick<MixProgram, 'seek' | 'capacities' | 'work' | 'limit' | 'cuts'> => ({
        seek,
        capacities,
        work: seek === 'least price' ? work : 0,
        limit,
        cuts,
      });
      let proposals = proposalsOf(search, asked());
      if (proposals.length === 0 && seek === 'least price') {
        seek = 'most capacity';
        proposals = proposalsOf(search, asked());
      }
      isOpen = proposals.length > 0;
      const runs = proposals.map((units) => runOf(space, units, policy));
      await ledger.all(runs.flatMap((run) => casesOf(space, run).slice(0, 1)));
      for (const [index, run] of runs.entries()) {
        const units = proposals[index] ?? [];
        if (await ledger.keeps(casesOf(space, run))) {
          met.push(run);
          [seek, misses] = ['least price', 0];
        } else {
          cuts.push(units);
          misses++;
          if (seek === 'least price')
            work = Math.max(
              work,
              TIGHTER * units.reduce((sum, count, k) => sum + count * (capacities[k] ?? 0), 0),
            );
        }
      }
      if (misses > TRUSTED_ROUNDS) seek = 'most capacity';
    }
    complete &&= !isOpen;
  }
  const singly = await eachCheaper(search, toBeat());
  if (singly !== undefined) met.push(...singly);
  met.sort((a, b) => priceOfRun(space, a) - priceOfRun(space, b));
  const [cheapest, runnerUp] = met;
  const ruledOut = singly !== undefined ? 'simulated' : complete ? 'smaller' : undefined;
  const best =
    cheapest === undefined || ruledOut !== undefined ? cheapest : await trimmed(space, cheapest, ledger);
  return { best, runnerUp, ruledOut };
}

/**
 * Simulates all mixes below a price, the cheapest first, until one keeps its promise: gives that one, or none. Undefined
 * where they are too many.
 */
async function eachCheaper(
  { space, plan, ledger }: MixSearch,
  limit: number,
): Promise<readonly FleetRun[] | undefined> {
  const most = Math.floor(MOST_SINGLY / Math.max(1, space.policies.length));
  const mixes = cheaperMixes({ ...supplyOf(space, plan), limit }, most);
  if (mixes === undefined) return undefined;
  const runs = mixes.flatMap((units) => space.policies.map((policy) => runOf(space, units, policy)));
  for (let at = 0; at < runs.length; at += ROUND) {
    const round = runs.slice(at, at + ROUND);
    await ledger.all(round.flatMap((run) => casesOf(space, run).slice(0, 1)));
    for (const run of round) if (await ledger.keeps(casesOf(space, run))) return [run];
  }
  return [];
}

/**
 * No mix can cost less: price of the cheapest one that could compute the tokens in time at all, without queues; undefined
 * when none could. Kinds count in it on which some requests are always late: others may serve those.
 */
export function mixBound(space: FleetSpace, plan: PlanSpec, solve: SolveMix): number | undefined {
  const { shapes, priced } = space;
  const units = solve({
    ...supplyOf(space, plan),
    seek: 'least price',
    capacities: shapes.map(() => 0),
    work: 0,
    limit: Infinity,
    leastKinds: 1,
    cuts: [],
  });
  return units?.reduce((sum, count, shape) => {
    const of = shapes[shape];
    return sum + (of === undefined ? 0 : priceOf(of, count, priced));
  }, 0);
}

/** The best mixes of a program, the second as if the first had missed. */
function proposalsOf(
  { space, plan, found, solve }: MixSearch,
  asked: Pick<MixProgram, 'seek' | 'capacities' | 'work' | 'limit' | 'cuts'>,
): (readonly number[])[] {
  const supply = supplyOf(space, plan);
  const possible = new Set(lanesOf(space).map(({ shape }) => shape));
  const most = supply.most.map((count, shape) => (possible.has(shape) ? count : 0));
  const proposals: (readonly number[])[] = [];
  while (proposals.length < ROUND && found.lanes.length > 1) {
    const cuts = [...asked.cuts, ...proposals];
    const units = solve({ ...supply, ...asked, most, cuts, leastKinds: 2 });
    if (units === undefined) break;
    proposals.push(units);
  }
  return proposals;
}

/** What can be had, and for how much. */
function supplyOf(
  { shapes, brackets, priced }: FleetSpace,
  plan: PlanSpec,
): Pick<MixProgram, 'prices' | 'proved' | 'most' | 'gpus' | 'shared' | 'power'> {
  const limit = wattsLimit(plan.power);
  return {
    prices: shapes.map((shape) => priceOf(shape, 1, priced)),
    proved: (['work', 'memory'] as const).map((bound) =>
      shapes.map(
        ({ buying }, shape) => buying.replicasPerUnit / Math.max(1e-6, brackets[shape]?.[bound] ?? Infinity),
      ),
    ),
    most: shapes.map(({ buying }) => buying.mostUnits),
    gpus: shapes.map(({ buying }) => buying.gpusPerUnit),
    shared: sharedOf(shapes, plan),
    ...(limit !== undefined && {
      power: { watts: shapes.map((shape) => unitWatts(shape, plan.power) ?? 0), limit },
    }),
  };
}

function sharedOf(shapes: readonly Shape[], plan: PlanSpec): MixProgram['shared'] {
  const all = { kinds: shapes.map((_, kind) => kind), gpus: plan.max_gpus };
  const ofHardware = Object.entries(plan.stock ?? {}).map(([name, gpus]) => ({
    kinds: shapes.flatMap(({ pool }, kind) => (pool.hardware === name ? [kind] : [])),
    gpus,
  }));
  return [all, ...ofHardware.filter(({ kinds }) => kinds.length > 0)];
}

function runOf({ shapes, requirement }: FleetSpace, units: readonly number[], policy: string): FleetRun {
  return {
    pools: units.flatMap((count, shape) =>
      count === 0 ? [] : [{ shape, replicas: count * (shapes[shape]?.buying.replicasPerUnit ?? 1) }],
    ),
    policy,
    load: requirement.peak,
    whole: false,
  };
}

function priceOfRun(space: FleetSpace, run: FleetRun): number {
  const { usdPerHour, gpus } = fleetOf(space.shapes, run);
  return space.priced ? (usdPerHour ?? Infinity) : gpus;
}

/** Takes units away, the dearest first, while the promise holds. */
async function trimmed(space: FleetSpace, run: FleetRun, ledger: Ledger): Promise<FleetRun> {
  const order = run.pools
    .map((pool, index) => ({ index, price: unitPrice(space, pool.shape) }))
    .toSorted((a, b) => b.price - a.price);
  for (const { index } of order) {
    const pool = run.pools[index];
    const unit = space.shapes[pool?.shape ?? -1]?.buying.replicasPerUnit ?? 1;
    if (pool === undefined) continue;
    const left = { ...pool, replicas: pool.replicas - unit };
    const pools = left.replicas > 0 ? run.pools.with(index, left) : run.pools.toSpliced(index, 1);
    const smaller = { ...run, pools };
    if (await ledger.keeps(casesOf(space, smaller))) return trimmed(space, smaller, ledger);
  }
  return run;
}

function unitPrice({ shapes, priced }: FleetSpace, position: number): number {
  const shape = shapes[position];
  return shape === undefined ? 0 : priceOf(shape, 1, priced);
}
