import type { PlanPool } from '../documents/plan.ts';
import type { FleetRun } from './ledger.ts';
import type { Shape } from './shape.ts';

/** What a fleet consists of and costs, as the document has it. */
export interface FleetFacts {
  readonly pools: PlanPool[];
  readonly policy: string;
  /** GPUs that are bought: whole nodes where nodes are bought. */
  readonly gpus: number;
  readonly usdPerHour?: number;
}

/** Hours of a month in prices: 365 x 24 / 12. */
export const HOURS_PER_MONTH = 730;

export function fleetOf(
  shapes: readonly Shape[],
  { pools, policy }: Pick<FleetRun, 'pools' | 'policy'>,
): FleetFacts {
  const parts = boughtOf(shapes, pools).map(({ shape, replicas, gpus }) => ({
    pool: planPoolOf(shape.pool, replicas),
    gpus,
    usd: shape.buying.usdPerGpuHour && shape.buying.usdPerGpuHour * gpus,
  }));
  const usd = parts.map((part) => part.usd);
  return {
    pools: parts.map(({ pool }) => pool),
    policy,
    gpus: parts.reduce((sum, { gpus }) => sum + gpus, 0),
    ...(!usd.includes(undefined) && { usdPerHour: usd.reduce<number>((sum, one) => sum + (one ?? 0), 0) }),
  };
}

/** The pools of a fleet, with the GPUs that are bought for each. */
export function boughtOf(
  shapes: readonly Shape[],
  pools: FleetRun['pools'],
): { readonly shape: Shape; readonly replicas: number; readonly gpus: number }[] {
  return pools.flatMap(({ shape: position, replicas }) => {
    const shape = shapes[position];
    if (shape === undefined) return [];
    const { replicasPerUnit, gpusPerUnit } = shape.buying;
    return [{ shape, replicas, gpus: Math.ceil(replicas / replicasPerUnit) * gpusPerUnit }];
  });
}

/** A pool with the keys of a plan. */
export function planPoolOf(
  { name, hardware, tensor_parallel_size: size, role }: Shape['pool'],
  replicas: number,
): PlanPool {
  return {
    name,
    ...(hardware !== undefined && { hardware }),
    tensor_parallel_size: size,
    replicas,
    role,
  };
}
