import type { Plan } from '../documents/plan.ts';
import type { PriceSpec } from '../scenarios/schema/scenario-schema.ts';
import { boughtOf, HOURS_PER_MONTH } from './fleet-of.ts';
import type { FleetRun } from './ledger.ts';
import type { Shape } from './shape.ts';

const TERMS = ['on_demand', 'one_year', 'three_years', 'spot'] as const;

/** What a fleet costs under every term for which all of its hardware has a price. */
export function termsOf(
  prices: Readonly<Record<string, PriceSpec>> | undefined,
  shapes: readonly Shape[],
  { pools }: FleetRun,
): Plan['terms'] {
  const parts = boughtOf(shapes, pools).map(({ shape, gpus }) => ({
    terms: prices?.[shape.pool.hardware ?? '']?.terms,
    gpus,
  }));
  const gpus = parts.reduce((sum, part) => sum + part.gpus, 0);
  const costOf = (term: (typeof TERMS)[number]): number | undefined => {
    const costs = parts.map(({ terms, gpus: count }) => {
      const price = terms?.[term];
      return price === undefined ? undefined : price * count;
    });
    return costs.includes(undefined) ? undefined : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  };
  const onDemand = costOf('on_demand');
  return TERMS.flatMap((term) => {
    const usdPerHour = costOf(term);
    if (usdPerHour === undefined) return [];
    const reserved = term === 'one_year' || term === 'three_years';
    return {
      term,
      usdPerHour,
      usdPerMonth: usdPerHour * HOURS_PER_MONTH,
      gpuMonthsPerMonth: gpus,
      ...(reserved &&
        onDemand !== undefined &&
        onDemand > 0 && { breakEvenUtilization: usdPerHour / onDemand }),
    };
  });
}
