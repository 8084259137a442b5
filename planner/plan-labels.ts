import type { Label } from '../documents/run-report.ts';
import type { PlannedFleet } from '../documents/plan.ts';
import type { ExploredFleet } from './explore-fleet.ts';
import type { FoundMixes } from './find-mix.ts';
import type { PlanSpace } from './plan-space.ts';
import type { Requirement } from './requirement.ts';

const MIXES_TEXT = {
  simulated: 'every cheaper mix of kinds was simulated, or provably cannot do the work',
  smaller:
    'cheaper mixes of kinds that are smaller than one of the same kinds that missed were taken to miss, not simulated: a cheaper mix may exist',
  open: 'the search for mixes of kinds ended before all cheaper ones were ruled out: a cheaper mix may exist',
};

/** What weakens the plan, beside what weakens its forecast. */
export function planLabels(
  { plan, priced }: PlanSpace,
  requirement: Requirement,
  fleet: PlannedFleet | undefined,
  mixes: FoundMixes | undefined,
  explored: ExploredFleet | undefined,
): Label[] {
  return [
    {
      code: 'monotone',
      text: 'a fleet that misses the SLO is taken to rule out smaller ones of its kind under the same policy',
      path: 'spec.plan',
    },
    ...(explored === undefined || explored.meetsAgainAt.length === 0
      ? []
      : [
          {
            code: 'not-monotone',
            text: `the fleet misses the SLO at ${timesOf([explored.breaksAt ?? NaN])} and meets it again at ${timesOf(explored.meetsAgainAt)} the load: so close to its limit chance decides, and the headroom ends at the first miss`,
            path: 'spec.plan.headroom',
          },
        ]),
    ...(mixes === undefined
      ? []
      : [
          {
            // Another code where a cheaper mix may exist: the answer's sentence claims less then.
            code: mixes.ruledOut === 'simulated' ? 'mixes' : 'mixes-open',
            text: MIXES_TEXT[mixes.ruledOut ?? 'open'],
            path: 'spec.plan.mixes',
          },
        ]),
    ...(plan.calendar === undefined || explored === undefined || (fleet?.pools.length ?? 0) < 2
      ? []
      : [
          {
            code: 'calendar-of-mixes',
            text: 'the calendar is not applied: only fleets of one kind are scaled by it',
            path: 'spec.plan.calendar',
          },
        ]),
    ...(requirement.growthPerMonth === 0 || explored === undefined || (fleet?.pools.length ?? 0) < 2
      ? []
      : [
          {
            code: 'purchases-of-mixes',
            text: 'no purchases by quarter are given: only fleets of one kind are bought in steps',
            path: 'spec.plan.growth_per_month',
          },
        ]),
    ...(plan.months === 0 || requirement.growthPerMonth > 0
      ? []
      : [
          {
            code: 'months-without-growth',
            text: 'the months change nothing without growth_per_month: the load of today is planned for',
            path: 'spec.plan.months',
          },
        ]),
    ...(plan.calendar === undefined || explored === undefined || fleet?.pools.length !== 1
      ? []
      : [
          {
            code: 'calendar',
            text: 'each load of the calendar is played on its own: starting replicas, their cold caches and the way from one load to the next are not',
            path: 'spec.plan.calendar',
          },
        ]),
    ...(priced
      ? []
      : [
          {
            code: 'no-prices',
            text: 'not every kind of hardware has a price: the plan counts GPUs',
            path: 'spec.prices',
          },
        ]),
    ...(requirement.survive === 'none'
      ? []
      : [
          {
            code: 'steady-failure',
            text: `a lost ${requirement.survive} is away for the whole run; the moment of its failure is not played`,
            path: 'spec.plan.survive',
          },
        ]),
    ...(plan.users === undefined
      ? []
      : [
          {
            code: 'users',
            text: 'the rate of the users counts no time for answers: real users ask less often',
            path: 'spec.plan.users',
          },
        ]),
    ...(requirement.kind === undefined
      ? []
      : [
          {
            code: 'range',
            text: 'of every range the end that asks for more is planned for',
            path: 'spec.plan',
          },
        ]),
    ...(fleet?.forecast?.labels ?? []),
  ];
}

function timesOf(loads: readonly number[]): string {
  return loads.map((load) => `${Number(load.toPrecision(3))} times`).join(', ');
}
