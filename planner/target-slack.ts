import type { Seconds } from '../base/units.ts';
import { COMPLETED, type RequestTable } from '../documents/request-table.ts';
import { targetsOf, type Slo } from '../sim/metrics/slo.ts';

/** By target: the factor by which it alone could be multiplied so that attainment is just reached; absent = by none. */
export interface TargetSlack {
  readonly ttft?: number;
  readonly tpot?: number;
  readonly e2e?: number;
}

/**
 * How much tighter (below 1) or looser (above 1) each target could be for this run to reach its attainment exactly, by its
 * point estimate, all other targets as they are. Over all requests together.
 */
export function targetSlack(table: RequestTable, slo: Slo): TargetSlack {
  const factors = { ttft: new Array<number>(), tpot: new Array<number>(), e2e: new Array<number>() };
  let counted = 0;
  for (let row = 0; row < table.rows; row++) {
    if (table.counted[row] !== 1) continue;
    counted++;
    if (table.status[row] !== COMPLETED) continue;
    const targets = targetsOf(slo, table.dictionaries.classes[table.classCode?.[row] ?? -1]);
    const needs = {
      ttft: needed(table.ttft[row], targets.ttft),
      tpot: needed(table.tpot[row], targets.tpot),
      e2e: needed(table.e2e[row], targets.e2e),
    };
    for (const name of NAMES) {
      const othersMet = NAMES.every((other) => other === name || needs[other] <= 1);
      if (othersMet) factors[name].push(needs[name]);
    }
  }
  const enough = Math.ceil(slo.attainment * counted);
  const slack: { -readonly [K in keyof TargetSlack]: TargetSlack[K] } = {};
  for (const name of NAMES) {
    const factor = factors[name].sort((a, b) => a - b)[enough - 1];
    const isPromised = [slo.default, ...slo.classes.values()].some((targets) => targets[name] !== undefined);
    if (isPromised && factor !== undefined && factor > 0) slack[name] = factor;
  }
  return slack;
}

const NAMES = ['ttft', 'tpot', 'e2e'] as const;

/** The factor of a target at which a request would just meet it; 0 where it has no such time, or no such target. */
function needed(value: number | undefined, target: Seconds | undefined): number {
  return value === undefined || Number.isNaN(value) || target === undefined ? 0 : value / target;
}
