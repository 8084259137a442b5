import type { Plan, PlannedFleet } from '../documents/plan.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import type { ExploredFleet } from './explore-fleet.ts';
import { priceOf, type FleetSpace, type FoundFleets } from './find-fleet.ts';
import { boughtOf, fleetOf } from './fleet-of.ts';
import type { FleetRun, Ledger } from './ledger.ts';

interface SensitivityInput {
  readonly space: FleetSpace;
  readonly found: FoundFleets;
  readonly best: PlannedFleet;
  /** Of the answer, at the peak. */
  readonly run: FleetRun;
  /** Of the next best, at the peak. */
  readonly runnerUp: FleetRun | undefined;
  readonly slo: RunInput['slo'];
  readonly ledger: Ledger;
  readonly explored: ExploredFleet | undefined;
}

/** What would change the answer, and where: prices, load and targets, each with everything else as it is. */
export function sensitivitiesOf(input: SensitivityInput): Plan['sensitivities'] {
  const isMix = input.run.pools.length > 1;
  return [...(isMix ? mixPricesOf(input) : pricesOf(input)), ...loadsOf(input), ...targetsOf(input)];
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

/** Prices of the kinds of a mix above which the next best fleet costs no more. */
function mixPricesOf({ space, run, runnerUp, best }: SensitivityInput): Plan['sensitivities'] {
  if (runnerUp === undefined || best.usdPerHour === undefined || !space.priced) return [];
  const other = fleetOf(space.shapes, runnerUp).usdPerHour;
  const gpusOf = ({ pools }: FleetRun, hardware: string): number =>
    boughtOf(space.shapes, pools).reduce(
      (sum, { shape, gpus }) => sum + (shape.pool.hardware === hardware ? gpus : 0),
      0,
    );
  const kinds = new Map(
    run.pools.flatMap(({ shape }) => {
      const { pool, buying } = space.shapes[shape] ?? {};
      return pool?.hardware === undefined || buying?.usdPerGpuHour === undefined
        ? []
        : [[pool.hardware, buying.usdPerGpuHour] as const];
    }),
  );
  return [...kinds].flatMap(([hardware, now]) => {
    const more = gpusOf(run, hardware) - gpusOf(runnerUp, hardware);
    if (other === undefined || more <= 0) return [];
    const flipsAt = now + (other - (best.usdPerHour ?? 0)) / more;
    return [
      {
        what: `price of ${hardware}, USD per GPU and hour`,
        flipsAt,
        now,
        text: `above $${flipsAt.toFixed(2)} a GPU and hour of ${hardware} (now $${now.toFixed(2)}) the runner-up costs less`,
      },
    ];
  });
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
function targetsOf({ space, run, slo, ledger }: SensitivityInput): Plan['sensitivities'] {
  if (slo === undefined) return [];
  const [pool, ...others] = run.pools;
  // Fewer of which kind, is a question of its own for a mix.
  const shape = others.length > 0 ? undefined : space.shapes[pool?.shape ?? -1];
  const fewer = (pool?.replicas ?? 0) - (shape?.buying.replicasPerUnit ?? 0);
  const smaller =
    pool && shape && ledger.find({ ...run, pools: [{ ...pool, replicas: fewer }], whole: true });
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
