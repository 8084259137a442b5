import type { PlanCalendarOption } from '../documents/plan-calendar.ts';
import type { PriceSpec } from '../scenarios/schema/scenario-schema.ts';
import { HOURS_PER_MONTH } from './fleet-of.ts';

export interface CalendarUse {
  /** Hours of a month, and the GPUs that are needed in them; together a month. */
  readonly periods: readonly { readonly hoursPerMonth: number; readonly gpus: number }[];
  readonly price: PriceSpec | undefined;
  /** Watts of a GPU at its power limit, with what the building adds; undefined where nobody knows them. */
  readonly wattsPerGpu: number | undefined;
  readonly usdPerKilowattHour: number | undefined;
}

const RESERVED = ['one_year', 'three_years'] as const;

/**
 * Ways to pay for a fleet that follows a calendar: all of it all the time on demand, what is needed on demand, and for each
 * reserved term a base of GPUs that are used for more of the time than price_reserved / price_on_demand, the rest on demand.
 * That base is the cheapest one: each GPU costs the lesser of the two.
 */
export function calendarOptions(use: CalendarUse): PlanCalendarOption[] {
  const { periods, price } = use;
  const onDemand = price?.terms?.on_demand ?? price?.usd_per_gpu_hour;
  const most = Math.max(0, ...periods.map(({ gpus }) => gpus));
  const used = gpuMonths(periods);
  const energyOf = (months: number): Partial<PlanCalendarOption> => {
    if (use.wattsPerGpu === undefined) return {};
    const kilowattHours = (months * HOURS_PER_MONTH * use.wattsPerGpu) / 1000;
    return {
      kilowattHoursPerMonth: kilowattHours,
      ...(use.usdPerKilowattHour !== undefined && {
        usdEnergyPerMonth: kilowattHours * use.usdPerKilowattHour,
      }),
    };
  };
  const usd = (months: number, perHour: number): number => months * HOURS_PER_MONTH * perHour;
  return [
    {
      option: 'constant',
      gpuMonths: { on_demand: most },
      ...(onDemand !== undefined && { usdPerMonth: usd(most, onDemand) }),
      ...energyOf(most),
    },
    {
      option: 'scaled',
      gpuMonths: { on_demand: used },
      ...(onDemand !== undefined && { usdPerMonth: usd(used, onDemand) }),
      ...energyOf(used),
    },
    ...RESERVED.flatMap((term): PlanCalendarOption[] => {
      const reserved = price?.terms?.[term];
      if (reserved === undefined || onDemand === undefined || onDemand === 0) return [];
      const breakEven = reserved / onDemand;
      const base = Math.max(
        0,
        ...periods.flatMap(({ gpus }) => (useOf(periods, gpus) > breakEven ? [gpus] : [])),
      );
      const burst = gpuMonths(periods.map((one) => ({ ...one, gpus: Math.max(0, one.gpus - base) })));
      return [
        {
          option: 'base and burst',
          term,
          breakEvenUse: breakEven,
          gpuMonths: { [term]: base, on_demand: burst },
          usdPerMonth: usd(base, reserved) + usd(burst, onDemand),
          // A reserved GPU that nobody needs is paid for, and draws next to nothing.
          ...energyOf(used),
        },
      ];
    }),
  ];
}

/** Share of the time in which at least so many GPUs are needed: how much the last one of them is used. */
function useOf(periods: CalendarUse['periods'], gpus: number): number {
  const hours = periods.reduce((sum, one) => sum + (one.gpus >= gpus ? one.hoursPerMonth : 0), 0);
  return hours / HOURS_PER_MONTH;
}

function gpuMonths(periods: CalendarUse['periods']): number {
  return periods.reduce((sum, { hoursPerMonth, gpus }) => sum + hoursPerMonth * gpus, 0) / HOURS_PER_MONTH;
}
