import type { Plan, PlannedFleet } from '../documents/plan.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import type { ExploredFleet } from './explore-fleet.ts';
import { priceOf, type FleetSpace, type FoundFleets } from './find-fleet.ts';
import type { FleetRun, Ledger } from './ledger.ts';

interface SensitivityInput {
  readonly space: FleetSpace;
  readonly found: FoundFleets;
  readonly best: PlannedFleet;
  /** Of the answer, at the peak. */
  readonly run: FleetRun;
  readonly slo: RunInput['slo'];
  readonly ledger: Ledger;
  readonly explored: ExploredFleet | undefined;
}

/** What would change the answer, and where: prices, load and targets, each with everything else as it is. */
export function sensitivitiesOf(input: SensitivityInput): Plan['sensitivities'] {
  // Prices and targets at which another fleet of one kind wins say nothing beside a mix.
  const alone = input.run.pools.length === 1;
  return [...(alone ? pricesOf(input) : []), ...loadsOf(input), ...(alone ? targetsOf(input) : [])];
}

/** Prices of other hardware at which it would cost no more than the answer. */
function pricesOf({ space, found, best }: SensitivityInput): Plan['sensitivities'] {
  const { search, lanes, runnerUp } = found;
  const answer = best.usdPerHour;
  const bestHardware = best.pools[0]?.hardware;
  if (answer === undefined || !space.priced) return [];
  const flips = lanes.flatMap(({ shape: position }, lane) => {
    const shape = space.shapes[position];
    const hardware = shape?.pool.hardware;
    const now = shape?.buying.usdPerGpuHour;
    if (shape === undefined || hardware === undefined || now === undefined || hardware === bestHardware)
      return [];
    const isKnown = runnerUp?.lane === lane;
    const units = isKnown ? runnerUp.units : search.misses(lane) + 1;
    if (units > shape.buying.mostUnits) return [];
    const flipsAt = answer / (units * shape.buying.gpusPerUnit);
    return [{ hardware, now, flipsAt, isKnown, price: priceOf(shape, units, true) }];
  });
  const byHardware = new Map<string, (typeof flips)[number]>();
  for (const flip of flips) {
    const known = byHardware.get(flip.hardware);
    if (known === undefined || flip.flipsAt > known.flipsAt) byHardware.set(flip.hardware, flip);
  }
  return [...byHardware.values()].map(({ hardware, now, flipsAt, isKnown }) => ({
    what: `price of ${hardware}, USD per GPU and hour`,
    flipsAt,
    now,
    text: isKnown
      ? `${hardware} wins below $${flipsAt.toFixed(2)} a GPU and hour (now $${now.toFixed(2)})`
      : `${hardware} wins at no price above $${flipsAt.toFixed(2)} a GPU and hour (now $${now.toFixed(2)})`,
  }));
}

/** The load at which this fleet is too small. */
function loadsOf({ space, explored }: SensitivityInput): Plan['sensitivities'] {
  if (explored?.breaksAt === undefined) return [];
  const { meetsAt, breaksAt } = explored;
  const { load } = space.requirement;
  const percent = (at: number): string => `${(100 * (at / load - 1)).toFixed(0)} %`;
  return [
    {
      what: 'load, multiple of the scenario',
      flipsAt: breaksAt,
      now: load,
      text: `the load may grow by ${percent(meetsAt)}; at ${percent(breaksAt)} more the fleet misses the SLO`,
    },
  ];
}

/** Targets at which one unit fewer would do, or this fleet would just do. */
function targetsOf({ space, found, run, slo, ledger }: SensitivityInput): Plan['sensitivities'] {
  const { best, lanes } = found;
  const shape = space.shapes[lanes[best?.lane ?? -1]?.shape ?? -1];
  const [pool] = run.pools;
  if (slo === undefined || shape === undefined || pool === undefined) return [];
  const fewer = pool.replicas - shape.buying.replicasPerUnit;
  const smaller = ledger.find({ ...run, pools: [{ ...pool, replicas: fewer }], whole: true });
  const own = ledger.find({ ...run, whole: true });
  return (['ttft', 'tpot', 'e2e'] as const).flatMap((name) => {
    const target = slo.default[name];
    if (target === undefined) return [];
    const looser = smaller?.slack?.[name];
    const tighter = own?.slack?.[name];
    return [
      ...(looser !== undefined && looser > 1
        ? [
            {
              what: `SLO target ${name}, s`,
              flipsAt: target * looser,
              now: target,
              text: `with a ${name.toUpperCase()} target of ${seconds(target * looser)} instead of ${seconds(target)}, ${fewer} replicas would do`,
            },
          ]
        : []),
      ...(tighter !== undefined && tighter > 0 && tighter < 1
        ? [
            {
              what: `SLO target ${name}, s`,
              flipsAt: target * tighter,
              now: target,
              text: `${name.toUpperCase()} could be promised at ${seconds(target * tighter)} instead of ${seconds(target)}; tighter takes a larger fleet`,
            },
          ]
        : []),
    ];
  });
}

function seconds(value: number): string {
  return value < 1 ? `${Number((1000 * value).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`;
}
