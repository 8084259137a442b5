import type { Plan, PlannedFleet } from '../documents/plan.ts';
import { calendarOf } from './calendar-of.ts';
import { candidatesOf } from './candidates-of.ts';
import { energyOf } from './energy-of.ts';
import { envelopeOf } from './envelope-of.ts';
import { exploreFleet } from './explore-fleet.ts';
import { chooseFleet, fleetSpaceOf, runOfTrial, scaledDemand, type ChosenFleet } from './choose-fleet.ts';
import { lanesOf, priceOf, type FleetSpace } from './find-fleet.ts';
import { growthOf } from './growth-of.ts';
import { mixBound } from './find-mix.ts';
import { fleetOf } from './fleet-of.ts';
import { Ledger, type FleetRun, type LedgerLine } from './ledger.ts';
import { leastOfKind } from './least-of-kind.ts';
import { nearestMissOf } from './nearest-miss.ts';
import { planLabels } from './plan-labels.ts';
import type { PlanToMake } from './plan-to-make.ts';
import { plannedFleet } from './planned-fleet.ts';
import { sensitivitiesOf } from './sensitivities-of.ts';
import { termsOf } from './terms-of.ts';

export type PlanFigures = Omit<Plan, 'apiVersion' | 'kind' | 'manifest' | 'answer'>;

/**
 * The cheapest fleet that keeps its promise, its forecast, what it survives, where it breaks and what would change the
 * answer. All figures of the answer and of the runner-up come from runs of the whole workload.
 */
export async function makePlan(input: PlanToMake): Promise<PlanFigures> {
  return planOf(input, await chooseFleet(input, fleetSpaceOf(input), new Ledger(input.play)));
}

/** The plan of a fleet that was chosen. */
export async function planOf(
  { space, demand, slo, prices, solve }: PlanToMake,
  { fleets, ledger, found, mixed, run: bestRun, searched }: ChosenFleet,
): Promise<PlanFigures> {
  const { plan, shapes, priced } = space;
  const { requirement } = fleets;
  const rate = demand.requests / demand.seconds;
  const mix = mixed?.best;
  const planned = (run: FleetRun): Promise<PlannedFleet> =>
    plannedFleet(fleets, { ...run, load: requirement.load, whole: true }, ledger);
  const explored = bestRun && (await exploreFleet({ space: fleets, run: bestRun, demand, ledger }));
  const nearest =
    bestRun === undefined ? await nearestMissOf(fleets, searched, space.misfits, ledger) : undefined;
  // Behind a mix stands the best fleet of one kind.
  const runnerUp = mix === undefined ? found.runnerUp : found.best;
  const runnerRun = (mix && mixed?.runnerUp) ?? (runnerUp && runOfTrial(fleets, found, runnerUp));
  const bestFleet = bestRun && (await planned(bestRun));
  const answer = bestRun && { space: fleets, run: bestRun, ledger };
  const growth = answer && explored && (await growthOf({ ...answer, plan, meetsAt: explored.meetsAt }));
  const calendar =
    answer && (await calendarOf({ ...answer, calendar: plan.calendar, power: plan.power, prices, rate }));
  const bought = bestRun && termsOf(prices, shapes, bestRun);
  const bound = mixed !== undefined ? mixBound(fleets, plan, solve) : lowerBound(fleets);
  const price = priced ? bestFleet?.usdPerHour : bestFleet?.gpus;
  return {
    feasible: bestRun !== undefined,
    objective: priced ? 'usdPerHour' : 'gpus',
    requirement: {
      load: requirement.load,
      requestsPerSecond: rate * requirement.load,
      peakLoad: requirement.peak,
      survive: requirement.survive,
      ...(slo !== undefined && { attainment: slo.attainment }),
    },
    demand: {
      requests: demand.requests,
      seconds: demand.seconds,
      requestsPerSecond: rate,
      inputTokens: demand.inputTokens,
      uniqueInputTokens: demand.uniqueTokens,
      outputTokens: demand.outputTokens,
    },
    ...(bestFleet !== undefined && { best: bestFleet }),
    runnersUp:
      runnerRun === undefined
        ? []
        : [
            {
              ...(await planned(runnerRun)),
              reason:
                (mix === undefined ? found.ties[0]?.reason : undefined) ??
                whyItLost(fleetOf(shapes, runnerRun), bestFleet, priced),
            },
          ],
    candidates: candidatesOf(fleets, found, searched, ledger, space.misfits),
    ...(bound !== undefined && (priced ? { lowerBoundUsdPerHour: bound } : { lowerBoundGpus: bound })),
    ...(bound !== undefined && price !== undefined && bound > 0 && { optimalityGap: price / bound - 1 }),
    ...(nearest !== undefined && { nearestMiss: nearest }),
    ...(explored?.headroom !== undefined && { headroom: explored.headroom }),
    loads: explored?.loads ?? [],
    degraded: explored?.degraded ?? [],
    terms: bought?.terms ?? [],
    ...(bestRun !== undefined &&
      bestFleet !== undefined && { ...energyOf(shapes, bestRun, bestFleet, plan.power) }),
    ...(growth !== undefined && { growth }),
    ...(calendar !== undefined && { calendar }),
    sensitivities:
      bestRun === undefined || bestFleet === undefined
        ? []
        : [
            ...(await kindEndOf(fleets, bestRun, ledger)),
            ...sensitivitiesOf({
              space: fleets,
              found,
              best: bestFleet,
              run: bestRun,
              runnerUp: runnerRun,
              slo,
              ledger,
              explored,
            }),
          ],
    ...(bestRun !== undefined && {
      ...envelopeOf({
        shapes,
        run: bestRun,
        forecast: bestFleet?.forecast,
        demand: scaledDemand(demand, requirement.peak),
        slo,
      }),
    }),
    ...(explored?.scaling !== undefined && { scaling: explored.scaling }),
    effort: effortOf(ledger.lines),
    labels: [
      ...planLabels(space, requirement, bestFleet ?? nearest, mixed, explored),
      ...(bought?.labels ?? []),
    ],
  };
}

/** What the answer's kind would cost if every range lay at its kind end; nothing without ranges, and for mixes. */
async function kindEndOf(space: FleetSpace, run: FleetRun, ledger: Ledger): Promise<Plan['sensitivities']> {
  const { requirement } = space;
  const [pool] = run.pools;
  if (requirement.kind === undefined || pool === undefined || run.pools.length > 1) return [];
  const least = await leastOfKind({ space, run, ledger }, requirement.kind);
  const replicas = least?.run.pools[0]?.replicas;
  if (replicas === undefined) return [];
  return [
    {
      what: 'load of the ranges, multiple of the scenario',
      flipsAt: requirement.kind.peak,
      now: requirement.peak,
      text: `were every range at the end that asks for less, ${replicas} of the same replicas would do`,
    },
  ];
}

/** Price of the cheapest fleet that could serve the tokens at all. */
function lowerBound(space: FleetSpace): number | undefined {
  const prices = lanesOf(space).flatMap(({ shape: position }) => {
    const shape = space.shapes[position];
    const bracket = space.brackets[position];
    if (shape === undefined || bracket === undefined) return [];
    const units = Math.ceil(bracket.atLeast / shape.buying.replicasPerUnit);
    return units > shape.buying.mostUnits ? [] : [priceOf(shape, units, space.priced)];
  });
  return prices.length === 0 ? undefined : Math.min(...prices);
}

function whyItLost(
  other: Pick<PlannedFleet, 'gpus' | 'usdPerHour'>,
  best: PlannedFleet | undefined,
  priced: boolean,
): string {
  const [more, least] = priced ? [other.usdPerHour, best?.usdPerHour] : [other.gpus, best?.gpus];
  if (more === undefined || least === undefined || more <= least) return 'it costs the same';
  return `it takes ${(100 * (more / least - 1)).toFixed(1)} % more ${priced ? 'money' : 'GPUs'}`;
}

function effortOf(lines: readonly LedgerLine[]): Plan['effort'] {
  const requests = lines.reduce(
    (sum, { played }) => sum + (played.entry?.requests.offered ?? played.shortenedTo ?? 0),
    0,
  );
  return {
    runs: lines.length,
    shortened: lines.filter(({ played }) => played.shortenedTo !== undefined).length,
    requests,
  };
}
