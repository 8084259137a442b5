import type { Plan, PlannedFleet } from '../documents/plan.ts';
import { boughtOf, HOURS_PER_MONTH } from './fleet-of.ts';
import type { FleetRun } from './ledger.ts';
import type { Shape } from './shape.ts';

/**
 * The electricity of a fleet's GPUs at their power limit: an upper bound, without hosts and cooling. Undefined where some
 * of them have no hardware profile.
 */
export function energyOf(
  shapes: readonly Shape[],
  { pools }: FleetRun,
  { forecast }: PlannedFleet,
): { readonly energy: NonNullable<Plan['energy']> } | undefined {
  const parts = boughtOf(shapes, pools).map(({ shape: { gpu }, gpus }) => ({ power: gpu?.power, gpus }));
  const sources = new Set<string>();
  let watts = 0;
  for (const { power, gpus } of parts) {
    if (power === undefined) return undefined;
    watts += gpus * power.value;
    sources.add(`${power.value} W a GPU: ${power.source}`);
  }
  const tokensPerHour = 3600 * (forecast?.throughput.outputTokensPerSecond ?? 0);
  return {
    energy: {
      watts,
      kilowattHoursPerMonth: (watts / 1000) * HOURS_PER_MONTH,
      ...(tokensPerHour > 0 && {
        kilowattHoursPerMillionOutputTokens: ((watts / 1000) * 1e6) / tokensPerHour,
      }),
      source: [...sources].join('; '),
    },
  };
}
