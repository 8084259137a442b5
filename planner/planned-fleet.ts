import type { PlannedFleet, PlanReplication } from '../documents/plan.ts';
import type { RunEntry } from '../documents/run-report.ts';
import { replicationsOf, type FleetSpace } from './find-fleet.ts';
import { fleetOf, HOURS_PER_MONTH } from './fleet-of.ts';
import type { FleetRun, Ledger } from './ledger.ts';

/** A fleet as the document has it: what it consists of and costs, and what was played of it. */
export async function plannedFleet(space: FleetSpace, run: FleetRun, ledger: Ledger): Promise<PlannedFleet> {
  const all = await ledger.all(replicationsOf(space, run));
  const [played] = all;
  const facts = fleetOf(space.shapes, run);
  return {
    ...facts,
    ...(facts.usdPerHour !== undefined && { usdPerMonth: facts.usdPerHour * HOURS_PER_MONTH }),
    ...(played?.entry !== undefined && { forecast: withPaidCost(played.entry, facts.usdPerHour) }),
    ...(all.length > 1 && {
      replications: all.flatMap(({ entry }) => (entry === undefined ? [] : [figuresOf(entry)])),
    }),
  };
}

/** What differs between replications. */
function figuresOf({ seed, verdict, goodput, ttft, tpot }: RunEntry): PlanReplication {
  const steady = verdict !== 'unstable';
  return {
    seed,
    verdict,
    ...(goodput?.attainment !== undefined && { attainment: goodput.attainment }),
    ...(steady && ttft.p90 !== undefined && { ttftP90: ttft.p90 }),
    ...(steady && tpot.p90 !== undefined && { tpotP90: tpot.p90 }),
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
