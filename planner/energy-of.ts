import type { Plan, PlannedFleet } from '../documents/plan.ts';
import type { PowerSpec } from '../scenarios/schema/power-schema.ts';
import { boughtOf, HOURS_PER_MONTH } from './fleet-of.ts';
import type { FleetRun } from './ledger.ts';
import type { Shape } from './shape.ts';

/**
 * The electricity of a fleet's GPUs at their power limit: an upper bound without hosts, and without cooling unless the plan
 * gives a power usage effectiveness. Undefined where some of them have no hardware profile.
 */
export function energyOf(
  shapes: readonly Shape[],
  { pools }: FleetRun,
  { forecast }: PlannedFleet,
  power: PowerSpec | undefined,
): { readonly energy: NonNullable<Plan['energy']> } | undefined {
  const parts = boughtOf(shapes, pools).map(({ shape: { gpu }, gpus }) => ({ limit: gpu?.power, gpus }));
  const sources = new Set<string>();
  let watts = 0;
  for (const { limit, gpus } of parts) {
    if (limit === undefined) return undefined;
    watts += gpus * limit.value;
    sources.add(`${limit.value} W a GPU: ${limit.source}`);
  }
  const pue = power?.pue ?? 1;
  const kilowatts = (watts * pue) / 1000;
  const tokensPerHour = 3600 * (forecast?.throughput.outputTokensPerSecond ?? 0);
  return {
    energy: {
      watts,
      kilowattHoursPerMonth: kilowatts * HOURS_PER_MONTH,
      ...(tokensPerHour > 0 && {
        kilowattHoursPerMillionOutputTokens: (kilowatts * 1e6) / tokensPerHour,
      }),
      ...(pue !== 1 && { pue }),
      ...(power?.usd_per_kwh !== undefined && {
        usdPerMonth: kilowatts * HOURS_PER_MONTH * power.usd_per_kwh,
      }),
      source: [...sources].join('; '),
    },
  };
}
