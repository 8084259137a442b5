import type { Plan, PlannedFleet } from '../documents/plan.ts';
import type { PriceSpec } from '../scenarios/schema/scenario-schema.ts';
import { HOURS_PER_MONTH } from './fleet-of.ts';

const TERMS = ['on_demand', 'one_year', 'three_years', 'spot'] as const;

/** What a fleet costs under every term for which all of its hardware has a price. */
export function termsOf(
  prices: Readonly<Record<string, PriceSpec>> | undefined,
  { pools, gpus }: PlannedFleet,
): Plan['terms'] {
  // A fleet of one kind buys all its GPUs of that kind; of several, each pool those of its replicas.
  const parts = pools.map(({ hardware, tensor_parallel_size: size, replicas }) => ({
    terms: prices?.[hardware ?? '']?.terms,
    gpus: pools.length === 1 ? gpus : size * replicas,
  }));
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
