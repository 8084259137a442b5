import type { Bracket } from './bracket.ts';
import { breakTies, type Tie } from './break-ties.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import { lostReplicas, type Requirement } from './requirement.ts';
import { FleetSearch, type Lane, type Trial } from './search.ts';
import type { Shape } from './shape.ts';

/** Fleets of one shape under one policy. */
export interface FleetLane {
  readonly shape: number;
  readonly policy: string;
}

export interface FleetSpace {
  readonly shapes: readonly Shape[];
  readonly brackets: readonly Bracket[];
  readonly policies: readonly string[];
  /** Whether prices are USD per hour; else they are GPUs. */
  readonly priced: boolean;
  /** Whether the load can be scaled: an open loop. */
  readonly scalable: boolean;
  readonly requirement: Requirement;
  /** Replications of the workload, in each of which a fleet must keep its promise. The same for every fleet. */
  readonly replications: number;
}

export interface FoundFleets {
  readonly lanes: readonly FleetLane[];
  readonly search: FleetSearch;
  /** The cheapest fleet that keeps its promise; undefined when none does. */
  readonly best: Trial | undefined;
  /** Others that keep their promise at the same price, the better forecast first. */
  readonly ties: readonly Tie[];
  /** The next best of another kind or policy, as far as was looked. */
  readonly runnerUp: Trial | undefined;
}

/** The lanes of a plan; those in which no number of replicas could do are left out. */
export function lanesOf({ shapes, brackets, policies }: FleetSpace): FleetLane[] {
  return shapes.flatMap((_, shape) =>
    brackets[shape]?.hopeless === undefined ? policies.map((policy) => ({ shape, policy })) : [],
  );
}

/** USD per hour of so many units of a shape, or GPUs. */
export function priceOf({ buying }: Shape, units: number, priced: boolean): number {
  return units * buying.gpusPerUnit * (priced ? (buying.usdPerGpuHour ?? 0) : 1);
}

/** Searches the cheapest fleet of one kind, the best forecast among several at its price, and the next best behind it. */
export async function findFleet(space: FleetSpace, ledger: Ledger): Promise<FoundFleets> {
  const lanes = lanesOf(space);
  const search = new FleetSearch(lanes.map((lane) => searchLane(space, lane)));
  await run(space, lanes, search, ledger);
  for (;;) {
    const cheapest = await belowSimulated(space, lanes, search, ledger);
    if (cheapest === undefined) return { lanes, search, best: undefined, ties: [], runnerUp: undefined };
    const { best, ties, misses } = await breakTies({
      scalable: space.scalable,
      best: cheapest,
      others: samePrice(space, lanes, search, cheapest),
      runsOf: (trial) => runsOf(space, lanes, trial),
      ledger,
    });
    for (const trial of [best, ...ties]) search.told(trial, true);
    for (const trial of misses) search.told(trial, false);
    const below =
      best.lane === cheapest.lane ? best : await belowSimulated(space, lanes, search, ledger, best);
    if (below?.units !== best.units) continue;
    const [tie] = ties;
    return {
      lanes,
      search,
      best,
      ties,
      runnerUp: tie ?? (await runnerUpOf(space, lanes, search, best, ledger)),
    };
  }
}

/**
 * Simulates what a bound ruled out just below a fleet: bounds are arithmetic, the answer is a simulation. Gives the
 * smallest fleet of its lane that keeps its promise.
 */
async function belowSimulated(
  space: FleetSpace,
  lanes: readonly FleetLane[],
  search: FleetSearch,
  ledger: Ledger,
  from = search.best,
): Promise<Trial | undefined> {
  let best = from;
  while (best !== undefined && best.units > 1) {
    const below = { lane: best.lane, units: best.units - 1 };
    const meets = await ledger.keeps(runsOf(space, lanes, below).map((one) => ({ ...one, whole: true })));
    search.told(below, meets);
    if (!meets) break;
    best = below;
  }
  return best;
}

/** Fleets of other lanes at exactly the price of one, as far as nothing has ruled them out. */
function samePrice(
  { shapes, priced }: FleetSpace,
  lanes: readonly FleetLane[],
  search: FleetSearch,
  best: Trial,
): Trial[] {
  const priceIn = (lane: number, units: number): number => {
    const shape = shapes[lanes[lane]?.shape ?? -1];
    return shape === undefined ? Infinity : priceOf(shape, units, priced);
  };
  const price = priceIn(best.lane, best.units);
  return lanes.flatMap(({ shape: position }, lane): Trial[] => {
    const units = Math.round(price / priceIn(lane, 1));
    const most = shapes[position]?.buying.mostUnits ?? 0;
    const same = Math.abs(priceIn(lane, units) - price) <= SAME_PRICE * price;
    return same && lane !== best.lane && units > search.misses(lane) && units <= most
      ? [{ lane, units }]
      : [];
  });
}

async function run(
  space: FleetSpace,
  lanes: readonly FleetLane[],
  search: FleetSearch,
  ledger: Ledger,
): Promise<void> {
  for (let trials = search.next(); trials.length > 0; trials = search.next()) {
    await round(space, lanes, trials, search, ledger);
  }
}

/** Plays fleets at once in their first case, and those that meet it in the others. */
async function round(
  space: FleetSpace,
  lanes: readonly FleetLane[],
  trials: readonly Trial[],
  search: FleetSearch,
  ledger: Ledger,
): Promise<void> {
  await ledger.all(trials.flatMap((trial) => runsOf(space, lanes, trial).slice(0, 1)));
  for (const trial of trials) search.told(trial, await ledger.keeps(runsOf(space, lanes, trial)));
}

/** The cases of a fleet, the hardest first: everything up at the peak, then one failure at the planned load. */
export function runsOf(space: FleetSpace, lanes: readonly FleetLane[], trial: Trial): FleetRun[] {
  const lane = lanes[trial.lane];
  const shape = space.shapes[lane?.shape ?? -1];
  if (lane === undefined || shape === undefined) return [];
  const replicas = trial.units * shape.buying.replicasPerUnit;
  return casesOf(space, {
    pools: [{ shape: lane.shape, replicas }],
    policy: lane.policy,
    load: space.requirement.peak,
    whole: false,
  });
}

/** The cases of a fleet at its peak: everything up, then a failure at the planned load; each in all replications. */
export function casesOf(space: FleetSpace, run: FleetRun): FleetRun[] {
  const { survive, load } = space.requirement;
  const cases = [run, ...failuresOf(space, run, survive).map(({ pools }) => ({ ...run, pools, load }))];
  return cases.flatMap((one) => replicationsOf(space, one));
}

/** A run in every replication, the first one first. */
export function replicationsOf({ replications }: FleetSpace, run: FleetRun): FleetRun[] {
  return Array.from({ length: replications }, (_, replication) => ({ ...run, replication }));
}

/** What a failure leaves of a fleet. */
export interface FailedFleet {
  /** The pool that it strikes; undefined where it strikes all of them. */
  readonly pool: number | undefined;
  readonly replicasLost: number;
  readonly pools: FleetRun['pools'];
}

/** A failure in each pool, one after the other; of a zone, which all pools are spread over, in all of them at once. */
export function failuresOf(
  { shapes, requirement }: FleetSpace,
  { pools }: FleetRun,
  what: Requirement['survive'],
): FailedFleet[] {
  const lost = pools.map(({ shape: position, replicas }) => {
    const shape = shapes[position];
    return shape === undefined ? 0 : lostOf(shape, what, replicas, requirement.zones);
  });
  const without = (strikes: (pool: number) => boolean): Pick<FailedFleet, 'replicasLost' | 'pools'> => {
    const left = pools.map((pool, index) => ({
      ...pool,
      replicas: Math.max(0, pool.replicas - (strikes(index) ? (lost[index] ?? 0) : 0)),
    }));
    return {
      replicasLost: lost.reduce((sum, count, index) => sum + (strikes(index) ? count : 0), 0),
      pools: left.length === 1 ? left : left.filter(({ replicas }) => replicas > 0),
    };
  };
  if (what === 'none') return [];
  if (what === 'zone') return [{ pool: undefined, ...without(() => true) }];
  return pools.map((_, pool) => ({ pool, ...without((index) => index === pool) }));
}

/** Replicas that go with one failure. */
function lostOf(
  { buying, gpu }: Shape,
  what: Requirement['survive'],
  replicas: number,
  zones: number,
): number {
  const nodeGpus = buying.replicasPerUnit > 1 ? buying.gpusPerUnit : (gpu?.nodeGpus ?? buying.gpusPerReplica);
  return lostReplicas(what, replicas, buying, { nodeGpus, zones });
}

function searchLane(space: FleetSpace, { shape: position }: FleetLane): Lane {
  const shape = space.shapes[position];
  const bracket = space.brackets[position];
  if (shape === undefined || bracket === undefined) throw new RangeError(`no shape ${position}`);
  const { buying } = shape;
  const { requirement, priced } = space;
  const extra = lostOf(shape, requirement.survive, Math.max(1, bracket.atLeast), requirement.zones);
  const units = (replicas: number): number => Math.ceil(replicas / buying.replicasPerUnit);
  return {
    price: (count) => priceOf(shape, count, priced),
    atLeast: units(requirement.survive === 'none' ? bracket.atLeast : Math.max(bracket.atLeast, 2)),
    guess: units(bracket.guess + extra),
    most: buying.mostUnits,
  };
}

/** Relative difference below which two prices are the same: what adding prices up rounds away. */
const SAME_PRICE = 1e-9;

/** Most rounds of fleets that are tried for the runner-up: it is worth less than the answer. */
const RUNNER_UP_ROUNDS = 5;

/** The cheapest fleet of another lane that those rounds find. */
async function runnerUpOf(
  space: FleetSpace,
  lanes: readonly FleetLane[],
  search: FleetSearch,
  best: Trial,
  ledger: Ledger,
): Promise<Trial | undefined> {
  const others = search.without(best.lane);
  for (let count = 0; count < RUNNER_UP_ROUNDS; count++) {
    const trials = others.next();
    if (trials.length === 0) break;
    await round(space, lanes, trials, others, ledger);
  }
  return others.best;
}
