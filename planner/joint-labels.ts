import type { Label } from '../documents/run-report.ts';
import type { PlanToMake } from './plan-to-make.ts';

/** What weakens a plan for several models, beside what weakens the plan of each. */
export function jointLabels(
  inputs: readonly Pick<PlanToMake, 'space'>[],
  { chosen, proved }: { readonly chosen: boolean; readonly proved: boolean },
): Label[] {
  return [
    {
      code: 'one-by-one',
      text: 'growth, calendar and headroom of each model are looked at by themselves, as if the other models stayed as they are',
      path: 'spec.plan.with',
    },
    ...(inputs.some(({ space }) => space.plan.node_gpus !== undefined)
      ? [
          {
            code: 'nodes-apart',
            text: 'no node is shared: each model gets whole nodes of its own',
            path: 'spec.plan.node_gpus',
          },
        ]
      : []),
    ...(proved
      ? []
      : [
          {
            code: 'joint-heuristic',
            text: chosen
              ? 'not all cheaper joint fleets were ruled out: cheaper ones may exist'
              : 'not all joint fleets were ruled out: there may be some that keep the limits',
            path: 'spec.plan.with',
          },
        ]),
  ];
}
