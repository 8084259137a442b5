import { fleetOf } from './fleet-of.ts';
import { casesOf, lanesOf, priceOf, type FleetSpace, type FoundFleets } from './find-fleet.ts';
import type { PlanSpec } from '../scenarios/schema/plan-schema.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import type { Shape } from './shape.ts';

/** Which whole numbers of units, at the least price, do so much work: min price·x, capacity·x >= work, 0 <= x <= most, the GPUs of those that share them <= what there is. */
export interface MixProgram {
  readonly prices: readonly number[];
  /** Share of the work that a unit does. */
  readonly capacities: readonly number[];
  readonly most: readonly number[];
  readonly gpus: readonly number[];
  /** GPUs that several kinds share: those of one hardware, and all together. */
  readonly shared: readonly { readonly kinds: readonly number[]; readonly gpus: number }[];
  readonly work: number;
}

/** The numbers of units; undefined when none do. An integer-programming solver stands behind it. */
export type SolveMix = (program: MixProgram) => readonly number[] | undefined;

export interface MixSearch {
  readonly space: FleetSpace;
  readonly found: FoundFleets;
  readonly plan: PlanSpec;
  /** Price of the best fleet of one kind; infinite when there is none. */
  readonly limit: number;
  readonly ledger: Ledger;
  readonly solve: SolveMix;
}

/** Mixes that are simulated for a policy before the search gives up. */
const MOST_TRIES = 10;

/** How much more work is asked for after a mix that misses. */
const TIGHTER = 1.08;

/**
 * The cheapest mix of kinds that keeps its promise and costs less than `limit`, as far as this search sees. The program takes
 * capacities as additive, with what the search of each kind alone has shown; each proposal is simulated, and more work is
 * asked for after one that misses. Then units are taken away while the promise holds. Heuristic: a cheaper mix may exist.
 */
export async function findMix(search: MixSearch): Promise<FleetRun | undefined> {
  const { space, ledger, solve } = search;
  let best: FleetRun | undefined;
  let limit = search.limit;
  for (const policy of space.policies) {
    let work = 1;
    for (let count = 0; count < MOST_TRIES; count++) {
      const units = solve(programOf(search, policy, work));
      const run = units && runOf(space, units, policy);
      if (run === undefined || priceOfRun(space, run) >= limit) break;
      work *= TIGHTER;
      if (run.pools.length < 2 || !(await ledger.keeps(casesOf(space, run)))) continue;
      best = await trimmed(space, run, ledger);
      limit = priceOfRun(space, best);
      break;
    }
  }
  return best;
}

/**
 * No mix can cost less: price of the cheapest one that could compute the tokens in time at all, without queues; undefined
 * when none could. Kinds count in it on which some requests are always late: others may serve those.
 */
export function mixBound(
  { shapes, brackets, priced }: FleetSpace,
  plan: PlanSpec,
  solve: SolveMix,
): number | undefined {
  const units = solve({
    prices: shapes.map((shape) => priceOf(shape, 1, priced)),
    capacities: shapes.map(
      ({ buying }, shape) => buying.replicasPerUnit / Math.max(1e-9, brackets[shape]?.work ?? Infinity),
    ),
    most: shapes.map(({ buying }) => buying.mostUnits),
    gpus: shapes.map(({ buying }) => buying.gpusPerUnit),
    shared: sharedOf(shapes, plan),
    work: 1,
  });
  return units?.reduce((sum, count, shape) => {
    const of = shapes[shape];
    return sum + (of === undefined ? 0 : priceOf(of, count, priced));
  }, 0);
}

function programOf({ space, found, plan }: MixSearch, policy: string, work: number): MixProgram {
  const { shapes, brackets, priced } = space;
  const lanes = lanesOf(space);
  return {
    prices: shapes.map((shape) => priceOf(shape, 1, priced)),
    capacities: shapes.map(({ buying }, shape) => {
      const lane = lanes.findIndex((one) => one.shape === shape && one.policy === policy);
      if (lane < 0) return 0;
      const guess = Math.ceil((brackets[shape]?.guess ?? Infinity) / buying.replicasPerUnit);
      return 1 / (found.search.meets(lane) ?? Math.max(found.search.misses(lane) + 1, guess));
    }),
    most: shapes.map(({ buying }) => buying.mostUnits),
    gpus: shapes.map(({ buying }) => buying.gpusPerUnit),
    shared: sharedOf(shapes, plan),
    work,
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
    whole: true,
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
