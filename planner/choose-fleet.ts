import { bracketOf } from './bracket.ts';
import type { Demand } from './demand.ts';
import { findFleet, priceOf, runsOf, type FleetSpace, type FoundFleets } from './find-fleet.ts';
import { findMix, type FoundMixes } from './find-mix.ts';
import type { FleetRun, Ledger, LedgerLine } from './ledger.ts';
import type { PlanToMake } from './plan-to-make.ts';
import { ownTokens } from './own-tokens.ts';
import { requirementOf } from './requirement.ts';
import type { Trial } from './search.ts';

/** The cheapest fleet of a space, and how it was found. */
export interface ChosenFleet {
  readonly fleets: FleetSpace;
  readonly ledger: Ledger;
  readonly found: FoundFleets;
  /** Undefined where no mixes of kinds were looked for. */
  readonly mixed: FoundMixes | undefined;
  /** At the peak; undefined when none keeps its promise. */
  readonly run: FleetRun | undefined;
  /** What was played until then. */
  readonly searched: readonly LedgerLine[];
}

/** What a plan searches through: its kinds of model servers, and where the smallest fleet of each lies. */
export function fleetSpaceOf(input: PlanToMake): FleetSpace {
  const { space, policies, demand, slo, scalable, streaming, warmup, replications } = input;
  const { plan, shapes, priced } = space;
  const requirement = requirementOf(plan, demand.requests / demand.seconds);
  const scaled = scaledDemand(demand, requirement.peak);
  const shared = {
    rows: demand.rows,
    load: requirement.peak,
    blockTokens: Math.min(...shapes.map(({ input: { engine } }) => engine.blockSize)),
  };
  const own = ownTokens({ ...shared, until: 'first token' });
  const held = ownTokens({ ...shared, until: 'last token' });
  const brackets = shapes.map((shape) =>
    bracketOf({
      pool: shape.input,
      demand: scaled,
      load: requirement.peak,
      own,
      held,
      slo,
      streaming,
      warmup,
    }),
  );
  return { shapes, brackets, policies, priced, scalable, requirement, replications };
}

/** Searches the cheapest fleet: of one kind, then of several where a stock or the plan asks for it. */
export async function chooseFleet(
  { space: { plan }, solve }: Pick<PlanToMake, 'space' | 'solve'>,
  fleets: FleetSpace,
  ledger: Ledger,
): Promise<ChosenFleet> {
  const found = await findFleet(fleets, ledger);
  const { best } = found;
  const limit = (best && priceOfTrial(fleets, found, best)) ?? Infinity;
  // Where nothing limits a kind, the best kind alone is as cheap as any mix of it with others, but for rounding.
  const mixes = (plan.mixes ?? plan.stock !== undefined) && fleets.shapes.length > 1;
  const mixed = mixes ? await findMix({ space: fleets, found, plan, limit, ledger, solve }) : undefined;
  const run = mixed?.best ?? (best && runOfTrial(fleets, found, best));
  return { fleets, ledger, found, mixed, run, searched: [...ledger.lines] };
}

/** A fleet of one kind with everything up, at the peak. */
export function runOfTrial(fleets: FleetSpace, { lanes }: FoundFleets, trial: Trial): FleetRun | undefined {
  return runsOf(fleets, lanes, trial)[0];
}

/** The same requests, so many times as fast. */
export function scaledDemand(demand: Demand, load: number): Demand {
  return { ...demand, seconds: demand.seconds / load };
}

function priceOfTrial(space: FleetSpace, { lanes }: FoundFleets, { lane, units }: Trial): number | undefined {
  const shape = space.shapes[lanes[lane]?.shape ?? -1];
  return shape && priceOf(shape, units, space.priced);
}
