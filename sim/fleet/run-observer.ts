import type { Ticks } from '../../base/units.ts';
import type { ServerInterval } from '../engine/model-server.ts';
import type { Request, RequestStatus } from '../workload/request.ts';
import type { Flight } from './flight.ts';

/** Hears what happens in a run, in the order in which it happens. */
export interface RunObserver {
  /** A client wants to send a request. */
  offered(request: Request, at: Ticks): void;
  /** The last attempt of a request has ended, or the run has: `flight.status` says how. */
  ended(flight: Flight, at: Ticks): void;
  /** A request ended without ever being sent. */
  neverSent(request: Request, status: RequestStatus, at: Ticks): void;
  /** `rows` requests each got tokens at the gaps first, first + growth, … (`steps` of them). */
  gaps(rows: number, first: Ticks, growth: Ticks, steps: number): void;
  interval(replica: number, interval: ServerInterval): void;
}
