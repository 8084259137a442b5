import { keyedUniform } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';

export interface ArrivalOrder {
  /** Rows of the trace in order of arrival, ties by row. */
  readonly rows: Uint32Array;
  /** Arrival of each of them, in that order; the clock starts with the recording's first second. */
  readonly times: Float64Array;
}

/**
 * The rows of a recording in order of arrival. `spread` undoes quantised timestamps: each row arrives at a uniformly
 * drawn instant of the bin that begins with its timestamp. The draw belongs to the row.
 */
export function arrivalOrder(arrivals: Float64Array, spread: Seconds, seed: number): ArrivalOrder {
  const drawn =
    spread === 0
      ? arrivals
      : arrivals.map((arrival, row) => arrival + spread * keyedUniform(seed, 'trace spread', row));
  const rows = Uint32Array.from(drawn, (_, row) => row).sort(
    (a, b) => (drawn[a] ?? 0) - (drawn[b] ?? 0) || a - b,
  );
  return { rows, times: Float64Array.from(rows, (row) => drawn[row] ?? 0) };
}
