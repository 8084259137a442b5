import { pow } from '../base/math.ts';
import { parseQuantity } from '../base/quantity.ts';
import type { Seconds } from '../base/units.ts';
import type { PlanSpec } from '../scenarios/schema/plan-schema.ts';
import type { Buying } from './shape.ts';

/** What a fleet must carry. Loads are multiples of the scenario's own. */
export interface Requirement {
  /** The load that is planned for: users and growth included. */
  readonly load: number;
  /** Load and peak where every range is at the end that asks for less; undefined without ranges. */
  readonly kind: { readonly load: number; readonly peak: number } | undefined;
  /** The load at which the SLO must still be met with everything up. */
  readonly peak: number;
  readonly growthPerMonth: number;
  /** Users per request a second of load, where the plan counts users. */
  readonly usersPerRate: number | undefined;
  readonly survive: PlanSpec['survive'];
  readonly zones: number;
}

/** `rate`: requests per second of the scenario's own load. Of a range, the end that asks for more counts. */
export function requirementOf(plan: PlanSpec, rate: number): Requirement {
  const loadAt = (end: 0 | 1): number => {
    const { users } = plan;
    const wanted =
      users === undefined
        ? rate
        : (valueAt(users.count, end) * valueAt(users.busy_share, end)) /
          Math.max(1e-3, thinkSeconds(users.think_time, end));
    return (wanted / rate) * pow(1 + valueAt(plan.growth_per_month, end), plan.months);
  };
  const load = loadAt(1);
  const { count, busy_share: busyShare, think_time: thinkTime } = plan.users ?? {};
  const hasRange = [plan.headroom, plan.growth_per_month, count, busyShare, thinkTime].some(Array.isArray);
  return {
    load,
    kind: hasRange ? { load: loadAt(0), peak: loadAt(0) * (1 + valueAt(plan.headroom, 0)) } : undefined,
    peak: load * (1 + valueAt(plan.headroom, 1)),
    usersPerRate: plan.users && thinkSeconds(plan.users.think_time, 1) / valueAt(plan.users.busy_share, 1),
    growthPerMonth: valueAt(plan.growth_per_month, 1),
    survive: plan.survive,
    zones: plan.zones,
  };
}

/** Replicas of `replicas` that one failure takes away. */
export function lostReplicas(
  what: PlanSpec['survive'],
  replicas: number,
  { gpusPerReplica, replicasPerUnit }: Buying,
  { nodeGpus, zones }: { readonly nodeGpus: number; readonly zones: number },
): number {
  switch (what) {
    case 'none':
      return 0;
    case 'replica':
      return 1;
    case 'node':
      return Math.min(replicas, Math.max(1, Math.floor(nodeGpus / gpusPerReplica)));
    case 'zone':
      // What is bought as one node stands in one zone.
      return Math.min(replicas, Math.ceil(replicas / replicasPerUnit / zones) * replicasPerUnit);
  }
}

function valueAt(value: number | readonly [number, number], end: 0 | 1): number {
  return typeof value === 'number' ? value : value[end];
}

/** Those who think less ask more. */
function thinkSeconds(value: string | readonly [string, string], end: 0 | 1): Seconds {
  const text = typeof value === 'string' ? value : value[end === 1 ? 0 : 1];
  return parseQuantity(text, 'seconds') ?? 0;
}
