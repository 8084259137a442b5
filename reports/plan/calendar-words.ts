import type { PlanCalendar, PlanCalendarOption } from '../../documents/plan-calendar.ts';
import type { PlanGrowth } from '../../documents/plan-growth.ts';
import { formatCount, formatShare, plural, threeDigits } from '../format.ts';

const OPTIONS = {
  constant: 'constant, on demand',
  scaled: 'scaled, on demand',
} as const;

/** `constant, on demand`, `10 GPUs for three years, the rest on demand`. */
export function optionName({ option, term = 'one_year', gpuMonths }: PlanCalendarOption): string {
  if (option !== 'base and burst') return OPTIONS[option];
  const base = gpuMonths[term] ?? 0;
  const time = term === 'one_year' ? 'one year' : 'three years';
  return (gpuMonths.on_demand ?? 0) > 0
    ? `${plural(base, 'GPU')} for ${time}, the rest on demand`
    : `${plural(base, 'GPU')} for ${time}`;
}

/** What a way to pay comes to: money, GPU-months, electricity. */
export function optionText({ gpuMonths, breakEvenUse, ...option }: PlanCalendarOption): string {
  const { usdPerMonth, kilowattHoursPerMonth: energy, usdEnergyPerMonth: bill } = option;
  const months = Object.values(gpuMonths).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return [
    ...(usdPerMonth === undefined ? [] : [`$${formatCount(usdPerMonth)} a month`]),
    `${threeDigits(months)} GPU-months`,
    ...(energy === undefined
      ? []
      : [`${threeDigits(energy)} kWh${bill === undefined ? '' : ` ($${formatCount(bill)} of electricity)`}`]),
    ...(breakEvenUse === undefined ? [] : [`reserving pays above ${formatShare(breakEvenUse)} use`]),
  ].join(', ');
}

/** The cheapest ways to pay, by the money of a month; none without prices. */
export function cheapestOf({ options }: PlanCalendar): PlanCalendarOption | undefined {
  const [cheapest] = options
    .filter(({ usdPerMonth }) => usdPerMonth !== undefined)
    .toSorted((a, b) => (a.usdPerMonth ?? 0) - (b.usdPerMonth ?? 0));
  return cheapest;
}

/** `month 13 (2028-02)`, without the date where the plan has no start. */
export function monthText(month: number, date: string | undefined): string {
  return `month ${month}${date === undefined ? '' : ` (${date})`}`;
}

/** When a growing load is too much for the answer. */
export function exhaustedText({ perMonth, exhaustedMonth, exhaustedDate }: PlanGrowth): string {
  return `at ${formatShare(perMonth)} growth a month the largest load that was seen to meet the SLO is passed in ${monthText(exhaustedMonth, exhaustedDate)}`;
}

/** What buying by quarters saves; undefined without prices, and where nothing is bought later. */
export function stepsText({ usdInSteps, usdAtOnce, purchases }: PlanGrowth): string | undefined {
  if (usdInSteps === undefined || usdAtOnce === undefined || purchases.length < 2) return undefined;
  return `bought by quarters $${formatCount(usdInSteps)} until the horizon, all at once $${formatCount(usdAtOnce)}`;
}
