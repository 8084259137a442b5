import type { Seconds } from '../../base/units.ts';

/** Targets that a request must meet, each inclusive; undefined = none. */
export interface SloTargets {
  readonly ttft?: Seconds;
  readonly tpot?: Seconds;
  readonly e2e?: Seconds;
}

/** Targets per request; classes override the default. */
export interface Slo {
  readonly default: SloTargets;
  readonly classes: ReadonlyMap<string, SloTargets>;
  /** Share of offered requests that must meet every target. */
  readonly attainment: number;
}

/** The targets of a class of requests. */
export function targetsOf(slo: Slo, name: string | undefined): SloTargets {
  return (name === undefined ? undefined : slo.classes.get(name)) ?? slo.default;
}

/** Whether a completed request meets its targets; a target on a time that it does not have (NaN) is met. */
export function meetsTargets(
  { ttft = Infinity, tpot = Infinity, e2e = Infinity }: SloTargets,
  times: { readonly ttft: Seconds; readonly tpot: Seconds; readonly e2e: Seconds },
): boolean {
  return !(times.ttft > ttft) && !(times.tpot > tpot) && !(times.e2e > e2e);
}
