import { sloLimit } from '../compare/slo-limit.ts';
import type { Plan, PlanDegraded, PlanLoad } from '../documents/plan.ts';
import type { Demand } from './demand.ts';
import { failuresOf, type FleetSpace } from './find-fleet.ts';
import { growthMonths } from './growth-months.ts';
import { HEADROOM_LOADS } from './headroom-loads.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import { loadFigures } from './load-figures.ts';
import type { PlayedCandidate } from './play-candidate.ts';

export interface ExploredFleet {
  readonly loads: PlanLoad[];
  readonly headroom: NonNullable<Plan['headroom']>;
  readonly degraded: PlanDegraded[];
  readonly scaling: Plan['scaling'];
  /** The largest load that the fleet carries, and the smallest that it does not, as far as was looked. */
  readonly meetsAt: number;
  readonly breaksAt: number | undefined;
  /** Loads above that one which it carries nevertheless. */
  readonly meetsAgainAt: readonly number[];
}

export interface FleetToExplore {
  readonly space: FleetSpace;
  /** At the peak load. */
  readonly run: FleetRun;
  readonly demand: Demand;
  readonly ledger: Ledger;
}

/** What a chosen fleet does beyond what it was chosen for: more load, less of it, twice of both. */
export async function exploreFleet(input: FleetToExplore): Promise<ExploredFleet> {
  const { space, run, demand, ledger } = input;
  const { requirement, scalable } = space;
  const failures = failuresAt(input);
  const doubled = scalable ? doubledRun(input) : undefined;
  const at = (load: number): FleetRun => ({ ...run, load });
  const grid = scalable ? HEADROOM_LOADS.map((factor) => at(requirement.peak * factor)) : [];
  await ledger.all([
    { ...at(requirement.load), whole: true },
    ...failures.map(({ run: failed }) => failed),
    ...(doubled === undefined ? [] : [doubled]),
    ...grid,
  ]);
  const limits = (): Pick<ExploredFleet, 'meetsAt' | 'breaksAt' | 'meetsAgainAt'> => {
    const played = loadsOf(input).map(({ load, meets }) => ({ value: load, meets }));
    const { value, missesFrom, meetsAgainAt } = sloLimit(played);
    return { meetsAt: value ?? requirement.peak, breaksAt: missesFrom, meetsAgainAt };
  };
  const coarse = limits();
  if (scalable && coarse.breaksAt !== undefined) {
    const third = (coarse.breaksAt - coarse.meetsAt) / 3;
    await ledger.all([at(rounded(coarse.meetsAt + third)), at(rounded(coarse.meetsAt + 2 * third))]);
  }
  const { meetsAt, breaksAt, meetsAgainAt } = limits();
  const rate = demand.requests / demand.seconds;
  return {
    loads: loadsOf(input).toSorted((a, b) => a.load - b.load),
    headroom: {
      meetsAt,
      ...(breaksAt !== undefined && { breaksAt }),
      meetsAtRequestsPerSecond: rate * meetsAt,
      ...(requirement.usersPerRate !== undefined && {
        users: Math.floor(rate * meetsAt * requirement.usersPerRate),
      }),
      ...(requirement.growthPerMonth > 0 && { monthsOfGrowth: growthMonths(meetsAt, requirement) }),
    },
    degraded: failures.map(({ lost, hardware, replicasLost, run: failed }) => ({
      lost,
      ...(hardware !== undefined && { of: hardware }),
      replicasLost,
      required: requirement.survive === lost,
      ...figuresOf(ledger.find(failed)),
    })),
    scaling: doubled === undefined ? undefined : scalingOf(input, doubled),
    meetsAt,
    breaksAt,
    meetsAgainAt,
  };
}

function rounded(load: number): number {
  return Number(load.toPrecision(4));
}

interface Failure {
  readonly lost: PlanDegraded['lost'];
  /** The kind that it strikes; undefined in a fleet of one kind. */
  readonly hardware: string | undefined;
  readonly replicasLost: number;
  readonly run: FleetRun;
}

/** One replica or one node of each pool down at the planned load; a zone where that is asked for. */
function failuresAt({ space, run }: FleetToExplore): Failure[] {
  const { survive, load } = space.requirement;
  const kinds = ['replica', 'node', ...(survive === 'zone' ? ['zone' as const] : [])] as const;
  return kinds.flatMap((lost) =>
    failuresOf(space, run, lost).map(({ pool, replicasLost, pools }) => ({
      lost,
      hardware:
        run.pools.length > 1 && pool !== undefined
          ? space.shapes[run.pools[pool]?.shape ?? -1]?.name
          : undefined,
      replicasLost,
      run: { ...run, pools, load, whole: true },
    })),
  );
}

/** Twice the load on twice the replicas: with a cache on each replica, two halves are not one whole. */
function doubledRun({ space, run }: FleetToExplore): FleetRun {
  return {
    ...run,
    load: 2 * space.requirement.load,
    pools: run.pools.map((pool) => ({ ...pool, replicas: 2 * pool.replicas })),
    whole: true,
  };
}

/** Points of hit rate that the planner calls a loss. A choice: less is noise of where requests happen to go. */
const LOST_HITS = 0.03;

function scalingOf({ space, run, demand, ledger }: FleetToExplore, doubled: FleetRun): Plan['scaling'] {
  const played = ledger.find(doubled);
  const now = ledger.find({ ...run, load: space.requirement.load, whole: true });
  const hitRate = played?.entry?.prefixCache.hitRate;
  const hitRateNow = now?.entry?.prefixCache.hitRate;
  const hitRateOfOneCache = 1 - demand.uniqueTokens / Math.max(1, demand.inputTokens);
  const meets = played?.outcome === 'meets';
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const lost = hitRateNow === undefined || hitRate === undefined ? 0 : hitRateNow - hitRate;
  const apart = hitRateNow === undefined ? 0 : hitRateOfOneCache - hitRateNow;
  const hits =
    hitRate === undefined || hitRateNow === undefined
      ? ''
      : `; prefix hit rate ${percent(hitRateNow)} now, ${percent(hitRate)} on twice the replicas, ${percent(hitRateOfOneCache)} in one cache for all`;
  const scattered = `because ${run.policy} scatters what belongs together`;
  const why = meets
    ? lost > LOST_HITS
      ? `, but with less to spare, ${scattered}`
      : apart > LOST_HITS
        ? '; the replicas compute again what another one has in its cache'
        : ': cost grows no faster than load'
    : lost > LOST_HITS
      ? `: cost grows faster than load, ${scattered}`
      : ', although no more prefix hits are lost: near its limit a fleet of another size may miss by chance';
  const text = `twice the load on twice the replicas ${meets ? 'meets' : 'misses'} the SLO${why}${hits}`;
  return {
    meets,
    ...(hitRate !== undefined && { hitRate }),
    ...(hitRateNow !== undefined && { hitRateNow }),
    hitRateOfOneCache,
    text,
  };
}

/** Every load at which exactly this fleet was played. */
function loadsOf({ run, demand, ledger }: FleetToExplore): PlanLoad[] {
  const rate = demand.requests / demand.seconds;
  const key = JSON.stringify([run.pools, run.policy]);
  const lines = ledger.lines.filter(
    ({ run: other }) => (other.replication ?? 0) === 0 && JSON.stringify([other.pools, other.policy]) === key,
  );
  return [...new Map(lines.map((line) => [line.run.load, line])).values()].map(({ run: other, played }) => ({
    load: other.load,
    requestsPerSecond: rate * other.load,
    ...figuresOf(played),
  }));
}

function figuresOf(
  played: PlayedCandidate | undefined,
): Pick<PlanLoad, 'meets' | 'verdict' | 'attainment' | 'ttftP90' | 'tpotP90'> {
  const entry = played?.entry;
  return {
    meets: played?.outcome === 'meets',
    ...(entry !== undefined && { verdict: entry.verdict }),
    ...loadFigures(entry),
  };
}
