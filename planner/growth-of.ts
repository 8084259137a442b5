import { pow } from '../base/math.ts';
import type { PlanGrowth, PlanPurchase } from '../documents/plan-growth.ts';
import type { PlanSpec } from '../scenarios/schema/plan-schema.ts';
import { fleetOf, HOURS_PER_MONTH } from './fleet-of.ts';
import { growthMonths } from './growth-months.ts';
import { leastOfKind, type FleetOfKind } from './least-of-kind.ts';

export interface GrowthToPlan extends FleetOfKind {
  readonly plan: Pick<PlanSpec, 'months' | 'start'>;
  /** The largest load that the answer was seen to carry. */
  readonly meetsAt: number;
}

/** Months for which one purchase is made: a quarter. */
const MONTHS_OF_A_PURCHASE = 3;

/** When a growing load exceeds the answer, and its purchase by quarters, empty for mixes; undefined where nothing grows. */
export async function growthOf(input: GrowthToPlan): Promise<PlanGrowth | undefined> {
  const { space, run, plan, meetsAt } = input;
  const { growthPerMonth, load, peak } = space.requirement;
  if (growthPerMonth === 0) return undefined;
  const loadAfter = (months: number): number => load * pow(1 + growthPerMonth, months - plan.months);
  const exhausted = plan.months + growthMonths(meetsAt, space.requirement) + 1;
  const purchases: PlanPurchase[] = [];
  for (let month = 0; month < plan.months && run.pools.length === 1; month += MONTHS_OF_A_PURCHASE) {
    const until = Math.min(plan.months, month + MONTHS_OF_A_PURCHASE);
    const isLast = until === plan.months;
    const then = loadAfter(until);
    const least = isLast ? input : await leastOfKind(input, { load: then, peak: (then * peak) / load });
    const { gpus, pools, usdPerHour } = fleetOf(space.shapes, (least ?? input).run);
    const before = purchases.at(-1);
    // What was bought is kept: a load that happens to do with less gives nothing back.
    const kept = before !== undefined && before.gpus > gpus;
    const had = { replicas: before?.replicas ?? 0, gpus: before?.gpus ?? 0, usd: before?.usdPerMonth };
    const usdPerMonth = kept ? had.usd : usdPerHour && usdPerHour * HOURS_PER_MONTH;
    purchases.push({
      month,
      ...dated('date', plan.start, month),
      load: then,
      replicas: kept ? had.replicas : (pools[0]?.replicas ?? 0),
      gpus: kept ? had.gpus : gpus,
      newGpus: kept ? 0 : gpus - had.gpus,
      ...(usdPerMonth !== undefined && { usdPerMonth }),
    });
  }
  return {
    perMonth: growthPerMonth,
    exhaustedMonth: exhausted,
    ...dated('exhaustedDate', plan.start, exhausted),
    purchases,
    ...costOf(purchases, plan.months),
  };
}

/** What the purchases cost until the horizon, and what the last fleet would from the start. */
function costOf(
  purchases: readonly PlanPurchase[],
  months: number,
): Pick<PlanGrowth, 'usdInSteps' | 'usdAtOnce'> {
  const last = purchases.at(-1)?.usdPerMonth;
  if (last === undefined) return {};
  return {
    usdInSteps: purchases.reduce(
      (sum, { month, usdPerMonth = 0 }) => sum + usdPerMonth * Math.min(MONTHS_OF_A_PURCHASE, months - month),
      0,
    ),
    usdAtOnce: last * months,
  };
}

/** The month so many months after another one, as `{ key: "2027-03" }`; nothing where the first one is not known. */
function dated<K extends 'date' | 'exhaustedDate'>(
  key: K,
  start: string | undefined,
  months: number,
): Partial<Record<K, string>> {
  if (start === undefined) return {};
  const [year = 0, month = 1] = start.split('-').map(Number);
  const count = year * 12 + month - 1 + months;
  const text = `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`;
  return { [key]: text } as Partial<Record<K, string>>;
}
