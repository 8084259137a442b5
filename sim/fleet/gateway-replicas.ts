import type { Ticks } from '../../base/units.ts';
import type { Flight } from './flight.ts';
import type { Router } from './router.ts';

/** Several replicas of a gateway that know nothing of each other: requests come to them in turn. */
export class GatewayReplicas implements Router {
  readonly decisionTicks: Ticks;
  /** Every replica hears of every cache. */
  readonly kvEvents?: NonNullable<Router['kvEvents']>;
  private readonly routers: readonly Router[];
  private turn = 0;

  constructor(routers: readonly [Router, ...Router[]]) {
    this.routers = routers;
    this.decisionTicks = routers[0].decisionTicks;
    if (routers[0].kvEvents !== undefined) {
      this.kvEvents = (replica, events, at): void => {
        for (const router of routers) router.kvEvents?.(replica, events, at);
      };
    }
  }

  arrive(flight: Flight, now: Ticks): number {
    const router = this.routers[this.turn++ % this.routers.length];
    if (router === undefined) return -1;
    flight.gateway = router;
    return router.arrive(flight, now);
  }

  firstChunk(flight: Flight, now: Ticks): void {
    flight.gateway?.firstChunk(flight, now);
  }

  ended(flight: Flight, now: Ticks): void {
    flight.gateway?.ended(flight, now);
    flight.gateway = undefined;
  }

  nextTime(): Ticks {
    let next = Infinity;
    for (const router of this.routers) next = Math.min(next, router.nextTime());
    return next;
  }

  advance(now: Ticks, release: (flight: Flight, replica: number) => void): void {
    for (const router of this.routers) if (router.nextTime() <= now) router.advance(now, release);
  }

  membership(replica: number, isPresent: boolean, now: Ticks): void {
    for (const router of this.routers) router.membership?.(replica, isPresent, now);
  }

  inFlight(): number {
    return this.routers.reduce((sum, router) => sum + (router.inFlight?.() ?? 0), 0);
  }
}
