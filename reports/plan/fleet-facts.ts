import type { Plan, PlannedFleet } from '../../documents/plan.ts';
import { formatCount, formatSeconds, formatShare, plural, threeDigits } from '../format.ts';

/** What is said of a fleet in the table and on the page alike; each undefined where the plan does not know it. */
export interface FleetFacts {
  readonly verdict: string | undefined;
  readonly attainment: string | undefined;
  /** P50 / P90 / P99; undefined for an unstable fleet, whose queues grow for as long as it runs. */
  readonly ttft: string | undefined;
  readonly tpot: string | undefined;
  readonly e2e: string | undefined;
  readonly hitRate: string | undefined;
  readonly lowerBound: string | undefined;
  readonly headroom: string | undefined;
  /** Terms of purchase with their price. */
  readonly terms: readonly (readonly [string, string])[];
}

/** The facts of a plan's fleet in words. */
export function fleetFacts(plan: Plan, { forecast }: PlannedFleet): FleetFacts {
  const steady = forecast !== undefined && forecast.verdict !== 'unstable';
  const { attainment, attainmentLowerBound: bound } = forecast?.goodput ?? {};
  const hitRate = forecast?.prefixCache.hitRate;
  return {
    verdict: forecast?.verdict,
    attainment:
      attainment === undefined
        ? undefined
        : `${formatShare(attainment)}${bound === undefined ? '' : `, at least ${formatShare(bound)}`}`,
    ttft: steady ? spread(forecast.ttft) : undefined,
    tpot: steady ? spread(forecast.tpot) : undefined,
    e2e: steady ? spread(forecast.e2e) : undefined,
    hitRate: hitRate === undefined ? undefined : formatShare(hitRate),
    lowerBound: boundText(plan),
    headroom: headroomText(plan),
    terms: plan.terms.map(({ term, usdPerMonth, gpuMonthsPerMonth, breakEvenUtilization: share }) => [
      term.replaceAll('_', ' '),
      `$${formatCount(usdPerMonth)} for ${plural(gpuMonthsPerMonth, 'GPU-month')} a month${share === undefined ? '' : `, pays above ${formatShare(share)} use`}`,
    ]),
  };
}

function boundText({
  lowerBoundUsdPerHour: usd,
  lowerBoundGpus: gpus,
  optimalityGap,
}: Plan): string | undefined {
  const bound = usd === undefined ? gpus && plural(gpus, 'GPU') : `$${usd.toFixed(2)} an hour`;
  if (bound === undefined) return undefined;
  return `${bound} without any queue${optimalityGap === undefined ? '' : `; the answer is ${formatShare(optimalityGap)} above it`}`;
}

function headroomText({ headroom, requirement }: Plan): string | undefined {
  if (headroom === undefined) return undefined;
  const { meetsAt, meetsAtRequestsPerSecond, monthsOfGrowth: months, users } = headroom;
  const growth = months === undefined ? '' : `: ${plural(months, 'month')} of growth`;
  const carried = users === undefined ? '' : `: ${plural(users, 'user')}`;
  const at = `${threeDigits(meetsAtRequestsPerSecond)} requests/s`;
  const times = meetsAt / requirement.load;
  // Where no higher load was played, the planned one is all that is known.
  if (headroom.breaksAt === undefined && times <= 1) return `was not tried beyond the planned ${at}`;
  const end = headroom.breaksAt === undefined ? '; was not tried beyond' : '';
  return `meets the SLO up to ${at}, ${threeDigits(times)} times the planned load${growth}${carried}${end}`;
}

function spread(distribution: NonNullable<PlannedFleet['forecast']>['ttft']): string {
  const { p50, p90, p99 } = distribution;
  return [p50, p90, p99].map((value) => (value === undefined ? '-' : formatSeconds(value))).join(' / ');
}
