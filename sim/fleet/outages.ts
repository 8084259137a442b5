import type { Ticks } from '../../base/units.ts';
import { DelayLine } from '../events/delay-line.ts';
import type { Flight } from './flight.ts';
import type { Flights } from './flights.ts';
import type { ReplicaActions } from './replica-events.ts';
import type { Replicas } from './replicas.ts';
import type { Router } from './router.ts';

export interface OutagesParts {
  readonly servers: Replicas;
  readonly flights: Flights;
  readonly router: Router;
  /** A request has failed with its replica. */
  readonly lost: (flight: Flight) => void;
}

/** Replicas that fail, come back and change their pace, and the requests that are lost with them. */
export class Outages implements ReplicaActions {
  private readonly parts: OutagesParts;
  /** Requests that reached a replica that is down. */
  private readonly refused = new DelayLine<Flight>();

  constructor(parts: OutagesParts) {
    this.parts = parts;
  }

  /** A replica is gone: all that it has been given fails. */
  fail(replica: number, now: Ticks): void {
    const { servers, flights } = this.parts;
    servers.fail(replica, now);
    const lost = flights
      .inOrder()
      .filter((flight) => flight.replica === replica && flight.delivered !== undefined);
    for (const flight of lost) {
      servers.server(replica).abort(flight, now);
      this.lose(flight);
    }
    servers.reschedule(replica);
  }

  restart(replica: number, now: Ticks): { readonly retryAt: Ticks } | undefined {
    const { servers } = this.parts;
    if (servers.isUp(replica)) this.fail(replica, now);
    const retryAt = servers.canReturnAt(replica, now);
    if (retryAt > now) return { retryAt };
    servers.restart(replica);
    return undefined;
  }

  slow(replica: number, factor: number): void {
    this.parts.servers.slow(replica, factor);
  }

  announce(replica: number, isPresent: boolean, now: Ticks): void {
    this.parts.router.membership?.(replica, isPresent, now);
  }

  /** A request has reached a replica that is down. */
  refuse(flight: Flight, now: Ticks): void {
    this.refused.push(now, flight);
  }

  /** When the next of those fails. */
  nextRefusal(): Ticks {
    return this.refused.peekTime();
  }

  failRefused(): void {
    const flight = this.refused.shift();
    if (flight !== undefined && flight.ended === undefined) this.lose(flight);
  }

  private lose(flight: Flight): void {
    flight.reason = 'the replica is down';
    this.parts.lost(flight);
  }
}
