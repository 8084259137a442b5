import type { PlannedFleet } from '../documents/plan.ts';
import type { RunEntry } from '../documents/run-report.ts';
import { fleetOf, HOURS_PER_MONTH } from './fleet-of.ts';
import type { FleetRun, Ledger } from './ledger.ts';
import type { Shape } from './shape.ts';

/** A fleet as the document has it: what it consists of and costs, and what was played of it. */
export async function plannedFleet(
  shapes: readonly Shape[],
  run: FleetRun,
  ledger: Ledger,
): Promise<PlannedFleet> {
  const [played] = await ledger.all([run]);
  const facts = fleetOf(shapes, run);
  return {
    ...facts,
    ...(facts.usdPerHour !== undefined && { usdPerMonth: facts.usdPerHour * HOURS_PER_MONTH }),
    ...(played?.entry !== undefined && { forecast: withPaidCost(played.entry, facts.usdPerHour) }),
  };
}

/** A forecast whose cost counts all GPUs that are paid: where whole nodes are bought, some of them may idle. */
function withPaidCost(entry: RunEntry, usdPerHour: number | undefined): RunEntry {
  const { cost } = entry;
  if (cost === undefined || usdPerHour === undefined || cost.usdPerHour === 0) return entry;
  const share = usdPerHour / cost.usdPerHour;
  const { usdPerMillionInputTokens: input, usdPerMillionOutputTokens: output } = cost;
  return {
    ...entry,
    cost: {
      usdPerHour,
      ...(input !== undefined && { usdPerMillionInputTokens: input * share }),
      ...(output !== undefined && { usdPerMillionOutputTokens: output * share }),
    },
  };
}
