import type { Label } from '../documents/run-report.ts';
import type { PlannedFleet } from '../documents/plan.ts';
import type { PlanSpace } from './plan-space.ts';
import type { Requirement } from './requirement.ts';

/** What weakens the plan, beside what weakens its forecast. */
export function planLabels(
  { plan, priced }: PlanSpace,
  requirement: Requirement,
  fleet: PlannedFleet | undefined,
  mixes: boolean,
): Label[] {
  return [
    {
      code: 'monotone',
      text: 'a fleet that misses the SLO is taken to rule out smaller ones of its kind under the same policy',
      path: 'spec.plan',
    },
    ...(mixes
      ? [
          {
            code: 'mixes',
            text: 'mixes of kinds were proposed by an integer program with additive capacities, then simulated: a cheaper mix may exist',
            path: 'spec.plan.mixes',
          },
        ]
      : []),
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
