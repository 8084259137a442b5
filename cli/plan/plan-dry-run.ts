import type { PlanSpace } from '../../planner/plan-space.ts';
import type { DryRun } from '../run/dry-run.ts';

/** What a plan would search through, without doing it: kinds, fleets, and the requests of a run. */
export function planDryRunText(
  name: string,
  { shapes, misfits }: PlanSpace,
  policies: number,
  { requests, inputTokens, outputTokens }: DryRun,
): string {
  const fleets = policies * shapes.reduce((sum, { buying }) => sum + buying.mostUnits, 0);
  const lines = [
    `${name}: at most ${fleets} cases (fleets of one kind x policies; the search plays few of them) of ${requests} requests, ${inputTokens} input tokens and ${outputTokens} output tokens each`,
    ...shapes.map((shape) => {
      const { mostUnits, gpusPerUnit, usdPerGpuHour } = shape.buying;
      const price = usdPerGpuHour === undefined ? 'no price' : `$${usdPerGpuHour} a GPU and hour`;
      return `  ${shape.name}: 1 to ${mostUnits} times ${gpusPerUnit} GPU${gpusPerUnit === 1 ? '' : 's'}, ${price}`;
    }),
    ...misfits.map((misfit) => `  ${misfit.name}: does not fit; ${misfit.reason}`),
  ];
  return `${lines.join('\n')}\n`;
}
