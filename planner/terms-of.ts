import type { Plan } from '../documents/plan.ts';
import type { Label } from '../documents/run-report.ts';
import type { PriceSpec } from '../scenarios/schema/scenario-schema.ts';
import { boughtOf, HOURS_PER_MONTH } from './fleet-of.ts';
import type { FleetRun } from './ledger.ts';
import type { Shape } from './shape.ts';

const TERMS = ['on_demand', 'one_year', 'three_years', 'spot'] as const;

interface FleetTerms {
  readonly terms: Plan['terms'];
  /** What stands in for prices that are missing. */
  readonly labels: readonly Label[];
}

/**
 * What a fleet costs under every term for which some of its hardware has a price. Hardware without one costs what it does on
 * demand, or in a run where that is not given either, and a label says so; without any price, no term can be given.
 */
export function termsOf(
  prices: Readonly<Record<string, PriceSpec>> | undefined,
  shapes: readonly Shape[],
  { pools }: FleetRun,
): FleetTerms {
  const parts = boughtOf(shapes, pools).map(({ shape, gpus }) => {
    const price = prices?.[shape.pool.hardware ?? ''];
    return {
      name: shape.pool.hardware ?? shape.name,
      terms: price?.terms,
      onDemand: price?.terms?.on_demand ?? price?.usd_per_gpu_hour,
      gpus,
    };
  });
  const gpus = parts.reduce((sum, part) => sum + part.gpus, 0);
  const terms: Plan['terms'] = [];
  const labels: Label[] = [];
  for (const term of TERMS) {
    const own = parts.filter((part) => part.terms?.[term] !== undefined);
    const lacking = parts.filter((part) => part.terms?.[term] === undefined);
    if (own.length === 0 || lacking.some(({ onDemand }) => onDemand === undefined)) continue;
    const reserved = own.reduce((sum, part) => sum + part.gpus * (part.terms?.[term] ?? 0), 0);
    const usdPerHour = lacking.reduce((sum, part) => sum + part.gpus * (part.onDemand ?? 0), reserved);
    const isReserved = term === 'one_year' || term === 'three_years';
    // What is paid on demand is paid by use: only the rest has a use above which it pays.
    const freely = own.every((part) => part.terms?.on_demand !== undefined)
      ? own.reduce((sum, part) => sum + part.gpus * (part.terms?.on_demand ?? 0), 0)
      : 0;
    terms.push({
      term,
      usdPerHour,
      usdPerMonth: usdPerHour * HOURS_PER_MONTH,
      gpuMonthsPerMonth: gpus,
      ...(isReserved && freely > 0 && { breakEvenUtilization: reserved / freely }),
    });
    if (lacking.length > 0) labels.push(lackingLabel(term, [...new Set(lacking.map(({ name }) => name))]));
  }
  return { terms, labels };
}

function lackingLabel(term: string, names: readonly string[]): Label {
  const price = term === 'on_demand' ? 'usd_per_gpu_hour' : 'the price on demand';
  return {
    code: 'missing-term',
    text: `${names.join(', ')}: no price under ${term}, so ${price} counts there`,
    path: 'spec.prices',
  };
}
