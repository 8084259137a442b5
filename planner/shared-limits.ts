import type { PlanSpec } from '../scenarios/schema/plan-schema.ts';
import { boughtOf } from './fleet-of.ts';
import type { FleetRun } from './ledger.ts';
import type { PlanSpace } from './plan-space.ts';
import { unitWatts, withinPower, wattsLimit } from './power-limit.ts';
import type { Shape } from './shape.ts';

/** Something of which all models of a plan have only so much together. */
export interface SharedLimit {
  readonly of: 'max_gpus' | 'stock' | 'power';
  /** Which hardware, of a stock. */
  readonly hardware?: string;
  /** GPUs, or watts. */
  readonly most: number;
}

/** What a plan limits: all GPUs, those of a stock by their hardware, and power. */
export function sharedLimitsOf({ max_gpus: gpus, stock, power }: PlanSpec): SharedLimit[] {
  const watts = wattsLimit(power);
  return [
    { of: 'max_gpus', most: gpus },
    ...Object.entries(stock ?? {}).map(([hardware, most]) => ({ of: 'stock' as const, hardware, most })),
    ...(watts === undefined ? [] : [{ of: 'power' as const, most: watts }]),
  ];
}

/** How much a fleet takes of each of them. */
export function usesOf(
  { plan, shapes }: Pick<PlanSpace, 'plan' | 'shapes'>,
  { pools }: Pick<FleetRun, 'pools'>,
  limits: readonly SharedLimit[],
): number[] {
  const bought = boughtOf(shapes, pools);
  const takes = (shape: Shape, gpus: number, { of, hardware }: SharedLimit): number => {
    if (of === 'power') return (gpus / shape.buying.gpusPerUnit) * (unitWatts(shape, plan.power) ?? 0);
    return of === 'max_gpus' || shape.pool.hardware === hardware ? gpus : 0;
  };
  return limits.map((limit) => bought.reduce((sum, { shape, gpus }) => sum + takes(shape, gpus, limit), 0));
}

/** What may be bought of the same kinds where no more than `most` of each limit is left. */
export function withinLimits(
  space: PlanSpace,
  limits: readonly SharedLimit[],
  most: readonly number[],
): PlanSpace {
  const left = limits.map((limit, k) => {
    const value = Math.min(limit.most, most[k] ?? Infinity);
    return { ...limit, most: limit.of === 'power' ? value : Math.floor(value) };
  });
  const stock = left.flatMap(({ of, hardware = '', most: gpus }) =>
    of === 'stock' ? [[hardware, gpus] as const] : [],
  );
  const watts = left.find(({ of }) => of === 'power')?.most;
  const { stock: _, power, ...rest } = space.plan;
  const plan: PlanSpec = {
    ...rest,
    max_gpus: left.find(({ of }) => of === 'max_gpus')?.most ?? rest.max_gpus,
    ...(stock.length > 0 && { stock: Object.fromEntries(stock) }),
    ...(power !== undefined && { power: { ...power, ...(watts !== undefined && { limit: `${watts}W` }) } }),
  };
  const shapes = space.shapes.map((shape): Shape => {
    const { limitedBy: _, ...buying } = shape.buying;
    const gpus = Math.min(plan.max_gpus, plan.stock?.[shape.pool.hardware ?? ''] ?? Infinity);
    const mostUnits = Math.floor(gpus / buying.gpusPerUnit);
    const fewer = mostUnits < buying.mostUnits ? { ...shape, buying: { ...buying, mostUnits } } : shape;
    return { ...shape, buying: withinPower(fewer, plan.power) };
  });
  return { ...space, plan, shapes };
}
