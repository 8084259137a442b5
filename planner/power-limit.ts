import { parseQuantity } from '../base/quantity.ts';
import type { PowerSpec } from '../scenarios/schema/power-schema.ts';
import type { Buying, Shape } from './shape.ts';

/** Watts that a unit of a kind draws, its GPUs at their power limit, and the building with them; undefined where nobody knows. */
export function unitWatts(
  { gpu, buying }: Pick<Shape, 'gpu' | 'buying'>,
  power: PowerSpec | undefined,
): number | undefined {
  return gpu && buying.gpusPerUnit * gpu.power.value * (power?.pue ?? 1);
}

/** Watts that a fleet may draw; undefined without a limit. */
export function wattsLimit(power: PowerSpec | undefined): number | undefined {
  return power?.limit === undefined ? undefined : parseQuantity(power.limit, 'watts');
}

/** A kind of which no more is bought than the power limit allows; the same where it allows all. */
export function withinPower(shape: Shape, power: PowerSpec | undefined): Buying {
  const [limit, watts] = [wattsLimit(power), unitWatts(shape, power)];
  const { buying } = shape;
  if (limit === undefined || watts === undefined) return buying;
  const most = Math.floor(limit / watts + 1e-9);
  if (most >= buying.mostUnits) return buying;
  const gpus = (most + 1) * buying.gpusPerUnit;
  const kilowatts = (value: number): string => `${Number((value / 1000).toPrecision(4))} kW`;
  return {
    ...buying,
    mostUnits: most,
    limitedBy: `${gpus === 1 ? '1 GPU draws' : `${gpus} GPUs draw`} up to ${kilowatts((most + 1) * watts)}, and the power limit is ${kilowatts(limit)}`,
  };
}
