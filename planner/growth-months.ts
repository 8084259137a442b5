import { log } from '../base/math.ts';
import type { Requirement } from './requirement.ts';

/** Whole months, from the load that is planned for on, in which growth leaves a load of at most `meetsAt`. */
export function growthMonths(
  meetsAt: number,
  { load, growthPerMonth }: Pick<Requirement, 'load' | 'growthPerMonth'>,
): number {
  return Math.floor(log(meetsAt / load) / log(1 + growthPerMonth));
}
