import type { PlanCalendar, PlanCalendarPeriod } from '../documents/plan-calendar.ts';
import type { CalendarSpec } from '../scenarios/schema/calendar-schema.ts';
import type { PowerSpec } from '../scenarios/schema/power-schema.ts';
import type { PriceSpec } from '../scenarios/schema/scenario-schema.ts';
import { calendarOptions } from './calendar-options.ts';
import { casesOf } from './find-fleet.ts';
import { fleetOf, HOURS_PER_MONTH } from './fleet-of.ts';
import { leastOfKind, type FleetOfKind } from './least-of-kind.ts';
import { loadFigures } from './load-figures.ts';
import { settledOf } from './settled-of.ts';

export interface CalendarToPlan extends FleetOfKind {
  readonly calendar: CalendarSpec | undefined;
  readonly power: PowerSpec | undefined;
  readonly prices: Readonly<Record<string, PriceSpec>> | undefined;
  /** Requests per second of the scenario's own load. */
  readonly rate: number;
}

const HOURS_PER_WEEK = 168;

/**
 * A month of the answer: for each period of the calendar the smallest fleet of its kind that keeps its promise at that load,
 * with headroom and failures, and what the month costs in several ways. Undefined without a calendar, and for mixes.
 */
export async function calendarOf(input: CalendarToPlan): Promise<PlanCalendar | undefined> {
  const { calendar, space, run, power, prices } = input;
  const [pool] = run.pools;
  const shape = space.shapes[pool?.shape ?? -1];
  if (calendar === undefined || shape === undefined || run.pools.length > 1) return undefined;
  const periods: PlanCalendarPeriod[] = [];
  for (const period of calendar) periods.push(await periodOf(input, period));
  const options = calendarOptions({
    periods,
    price: prices?.[shape.pool.hardware ?? ''],
    wattsPerGpu: shape.gpu && shape.gpu.power.value * (power?.pue ?? 1),
    usdPerKilowattHour: power?.usd_per_kwh,
  });
  return { periods, options };
}

async function periodOf(
  { space, run, ledger, rate }: CalendarToPlan,
  { name, hours_per_week: hours, load: share }: CalendarSpec[number],
): Promise<PlanCalendarPeriod> {
  const { requirement, shapes } = space;
  const load = requirement.load * share;
  const facts = {
    name,
    hoursPerMonth: (hours / HOURS_PER_WEEK) * HOURS_PER_MONTH,
    load,
    requestsPerSecond: rate * load,
  };
  if (share === 0) return { ...facts, replicas: 0, gpus: 0, meets: true };
  const found =
    share === 1
      ? { space, run }
      : await leastOfKind({ space, run, ledger }, { load, peak: requirement.peak * share });
  // A fleet that holds the peak may miss a lighter load, as routers are not monotone: the month then keeps all of it.
  const chosen = found ?? { space, run: { ...run, load: requirement.peak * share } };
  const [pool] = chosen.run.pools;
  const unit = shapes[pool?.shape ?? -1]?.buying.replicasPerUnit ?? 1;
  const fewer = (pool?.replicas ?? 0) - unit;
  const [played] = await ledger.all([{ ...chosen.run, load, whole: true }]);
  const below =
    pool === undefined || fewer < 1
      ? undefined
      : settledOf(chosen.space, { ...chosen.run, pools: [{ ...pool, replicas: fewer }] }, ledger);
  return {
    ...facts,
    replicas: pool?.replicas ?? 0,
    gpus: fleetOf(shapes, chosen.run).gpus,
    meets: found !== undefined && (await ledger.keeps(casesOf(chosen.space, chosen.run))),
    ...loadFigures(played?.entry),
    ...(below?.violated !== undefined && { fewer: below.violated }),
  };
}
