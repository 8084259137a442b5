import type { RunInput } from '../../sim/fleet/run-input.ts';
import { secondsOf } from '../../sim/workload/draw/duration.ts';
import type { SloSpec } from '../schema/scenario-schema.ts';

/** What each request should get; undefined when the scenario promises nothing. */
export function sloOf(spec: SloSpec | undefined): RunInput['slo'] {
  return spec === undefined
    ? undefined
    : {
        default: targetsOf(spec),
        classes: new Map(Object.entries(spec.classes ?? {}).map(([name, one]) => [name, targetsOf(one)])),
        attainment: spec.attainment,
      };
}

function targetsOf({
  ttft,
  tpot,
  e2e,
}: Pick<SloSpec, 'ttft' | 'tpot' | 'e2e'>): NonNullable<RunInput['slo']>['default'] {
  return {
    ...(ttft !== undefined && { ttft: secondsOf(ttft) }),
    ...(tpot !== undefined && { tpot: secondsOf(tpot) }),
    ...(e2e !== undefined && { e2e: secondsOf(e2e) }),
  };
}
