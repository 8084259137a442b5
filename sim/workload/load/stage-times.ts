import { unreachable } from '../../../base/invariant.ts';
import type { Random } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';
import { poissonCount } from '../draw/poisson.ts';
import type { StageArrival } from './load.ts';

/**
 * Send times of a stage of `count` requests at `rate` per second, from its start, ascending. As inference-perf sends
 * (inference_perf/loadgen/load_timer.py): `poisson` draws a count for each second and spreads it over that second by
 * exponential gaps scaled to fill it, until enough are sent, so that a stage may take longer than its duration;
 * `constant` scales as many exponential gaps to the duration. `even` is equal spacing from the start on.
 */
export function stageTimes(
  arrival: StageArrival,
  { rate, duration, count }: { rate: number; duration: Seconds; count: number },
  draws: Random,
): Float64Array {
  switch (arrival) {
    case 'poisson':
      return poissonTimes(rate, count, draws);
    case 'constant':
      return scaledGaps(count, duration, draws);
    case 'even':
      return Float64Array.from({ length: count }, (_, index) => index / rate);
    default:
      return unreachable(arrival);
  }
}

function poissonTimes(rate: number, count: number, draws: Random): Float64Array {
  const times = new Float64Array(count);
  let sent = 0;
  for (let second = 0; sent < count; second++) {
    const gaps = scaledGaps(poissonCount(rate, draws), 1, draws);
    for (let index = 0; index < gaps.length && sent < count; index++)
      times[sent++] = second + (gaps[index] ?? 0);
  }
  return times;
}

/** The ends of `count` exponential gaps that together take `duration`. */
function scaledGaps(count: number, duration: Seconds, draws: Random): Float64Array {
  const ends = new Float64Array(count);
  let sum = 0;
  for (let index = 0; index < count; index++) {
    sum += draws.exponential();
    ends[index] = sum;
  }
  return ends.map((end) => (end / sum) * duration);
}
