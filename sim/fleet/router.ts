import type { Ticks, Tokens } from '../../base/units.ts';
import type { Gauges, KvEvent } from '../engine/model-server.ts';
import type { Flight } from './flight.ts';

/** What a router did with an arriving request: the replica's number, or one of these. */
export const QUEUED = -1;
export const REJECTED = -2;
/** A request that was sent is broken off, with `flight.reason` set. */
export const EVICTED = -3;

/** The fleet's side of a router: it decides, and learns of what a real router would see. */
export interface Router {
  /** Decides where a request goes; a replica number, QUEUED, or REJECTED with `flight.reason` set. */
  arrive(flight: Flight, now: Ticks): number;
  /** The first chunk of the answer passes the router. */
  firstChunk(flight: Flight, now: Ticks): void;
  /** The stream has ended, or the client has gone (also while the request is queued here). */
  ended(flight: Flight, now: Ticks): void;
  /** When it wants to be called by itself; Infinity = never. */
  nextTime(): Ticks;
  /**
   * Lets its own time pass; queued requests that it lets go are handed to `release` with their replica or REJECTED, those
   * that it breaks off with EVICTED.
   */
  advance(now: Ticks, release: (flight: Flight, replica: number) => void): void;
  /** Blocks that a replica stored or evicted, as of `at`. Present only if the router listens to them. */
  kvEvents?(replica: number, events: readonly KvEvent[], at: Ticks): void;
  /** A replica takes requests from now on, or no longer. At first all do. */
  membership?(replica: number, isPresent: boolean, now: Ticks): void;
  /** From the decision to the request reaching its replica. */
  readonly decisionTicks: Ticks;
  /** Laws of the router, for --check. */
  check?(): void;
  /** When nothing is in flight: the counters that must be back at zero. */
  inFlight?(): number;
}

/** What a router may ask of the fleet. */
export interface FleetView {
  readonly replicas: number;
  /** The metrics page of a replica as it was at `time` (not after now). */
  gaugesAt(replica: number, time: Ticks, into: Gauges): void;
  /** Requests in flight: what no router sees. */
  readonly inFlight: readonly Flight[];
  /** Prompt tokens of a request that a replica's cache holds now: what no router sees. */
  cachedTokens(replica: number, flight: Flight): Tokens;
}
