import type { Plan, PlannedFleet } from '../documents/plan.ts';
import { HOURS_PER_MONTH } from './fleet-of.ts';
import type { Shape } from './shape.ts';

/** The electricity of a fleet's GPUs at their power limit: an upper bound, without hosts and cooling. */
export function energyOf(
  { gpu }: Shape,
  { gpus, forecast }: PlannedFleet,
): { readonly energy: NonNullable<Plan['energy']> } | undefined {
  if (gpu === undefined) return undefined;
  const watts = gpus * gpu.power.value;
  const tokensPerHour = 3600 * (forecast?.throughput.outputTokensPerSecond ?? 0);
  return {
    energy: {
      watts,
      kilowattHoursPerMonth: (watts / 1000) * HOURS_PER_MONTH,
      ...(tokensPerHour > 0 && {
        kilowattHoursPerMillionOutputTokens: ((watts / 1000) * 1e6) / tokensPerHour,
      }),
      source: `${gpu.power.value} W a GPU: ${gpu.power.source}`,
    },
  };
}
