import { UserError } from '../../base/user-error.ts';
import type { Seconds, Ticks } from '../../base/units.ts';

/** Integer time of one run. Sums of ticks are exact, so that any grouping of steps gives the same instants. */
export interface Clock {
  /** 2^k; a tick is 2^-k nanoseconds. */
  readonly ticksPerNanosecond: number;
  readonly ticksPerSecond: number;
  /** Nearest tick. */
  ticks(seconds: Seconds): Ticks;
  seconds(ticks: Ticks): Seconds;
}

/** Ticks stay below 2^53, where float64 counts without gaps: the finer the tick, the shorter the longest run. */
const RESOLUTIONS = [64, 8, 1];
const MOST_TICKS = 2 ** 53;

/** The finest clock that can count `horizon` seconds (39 hours at 1/64 ns, 13 days at 1/8 ns, 104 days at 1 ns). */
export function clockFor(horizon: Seconds): Clock {
  const ticksPerNanosecond = RESOLUTIONS.find((resolution) => horizon * resolution * 1e9 < MOST_TICKS);
  if (ticksPerNanosecond === undefined) {
    throw new UserError({
      code: 'E_HORIZON',
      message: `a run of ${Math.round(horizon / 86400)} days is longer than the simulator's clock counts (104 days)`,
      hint: 'raise spec.workload.load.rate_scale or simulate fewer requests (--requests N)',
    });
  }
  const ticksPerSecond = ticksPerNanosecond * 1e9;
  return {
    ticksPerNanosecond,
    ticksPerSecond,
    ticks: (seconds) => Math.round(seconds * ticksPerSecond),
    seconds: (ticks) => ticks / ticksPerSecond,
  };
}
