import { invariant } from '../../base/invariant.ts';
import type { Ticks, Tokens } from '../../base/units.ts';
import type { Gauges, ServerListener } from '../engine/model-server.ts';
import type { Clock } from '../events/clock.ts';
import { DelayLine } from '../events/delay-line.ts';
import { EventQueue } from '../events/event-queue.ts';
import { runLoop, type EventLine } from '../events/run-loop.ts';
import type { Request, RequestSource, RequestStatus } from '../workload/request.ts';
import { Client } from './client.ts';
import type { FleetParts } from './fleet-parts.ts';
import { Flight } from './flight.ts';
import { Flights } from './flights.ts';
import { Outages } from './outages.ts';
import { ReplicaEvents } from './replica-events.ts';
import { Replicas } from './replicas.ts';
import { listenerTo } from './server-listener.ts';
import { EVICTED, QUEUED, REJECTED, type FleetView, type Router } from './router.ts';
import type { RunInput } from './run-input.ts';
import type { RunObserver } from './run-observer.ts';

/**
 * One run: clients, a router and replicas on a common clock. It holds the requests in flight and nothing of the past;
 * what happens is told to the observer.
 */
export class Fleet implements FleetView {
  readonly replicas: number;
  /** Events that the run has consisted of, once it has been played. */
  events = 0;
  private readonly input: RunInput;
  private readonly clock: Clock;
  private readonly source: RequestSource;
  private readonly observer: RunObserver;
  private readonly client: Client;
  private readonly router: Router;
  private readonly servers: Replicas;
  private readonly happenings: ReplicaEvents;
  private readonly outages: Outages;
  private readonly deliveries = new DelayLine<Flight>();
  private readonly timeouts = new EventQueue<Flight>();
  private readonly flights = new Flights();
  readonly inFlight = this.flights.all;
  private readonly knownEnd: boolean;
  private readonly timeoutTicks: Ticks | undefined;
  private now: Ticks = 0;
  private limit: Ticks = Infinity;
  private offered = 0;
  private sent = 0;

  constructor({ input, clock, source, observer, makeRouter, makeServer }: FleetParts) {
    this.input = input;
    this.clock = clock;
    this.source = source;
    this.observer = observer;
    this.client = new Client(input.client, input.seed);
    this.knownEnd = input.workload.finish === 'length';
    this.timeoutTicks = input.client.timeout === undefined ? undefined : clock.ticks(input.client.timeout);
    this.replicas = input.pools.reduce((sum, { replicas }) => sum + replicas, 0);
    this.router = makeRouter(this);
    const { events = [] } = input;
    const detection = events.length === 0 ? 0 : clock.ticks(input.router.gateway.scrapeInterval);
    this.happenings = new ReplicaEvents(events, clock, detection);
    this.servers = new Replicas(input.pools, this.happenings.replicas, makeServer, (replica) =>
      this.listenerOf(replica),
    );
    this.outages = new Outages({
      servers: this.servers,
      flights: this.flights,
      router: this.router,
      lost: (flight) => this.finish(flight, 'failed'),
    });
  }

  /**
   * Plays the run and returns the instant of its last event. Whatever is in flight at `limit` counts as unfinished.
   * Lines of events in the order of their priority among events of one instant: what happens to replicas is so for all of
   * that instant; a client gives up before anything else is done for it; what the router learns by itself is known to the
   * decisions of that instant; all requests of an instant reach the replicas before a pass of that instant is composed.
   */
  run(limit: Ticks): Ticks {
    this.limit = limit;
    const check = this.input.check ? (line: string, now: Ticks): void => this.check(line, now) : undefined;
    const { last, events } = runLoop(this.lines(), () => this.limit, check);
    this.events = events;
    for (const flight of this.flights.inOrder()) this.observer.ended(flight, last);
    for (const request of this.client.unsent()) this.observer.neverSent(request, 'unfinished', last);
    if (this.flights.size === 0)
      invariant((this.router.inFlight?.() ?? 0) === 0, 'router counters return to zero');
    return last;
  }

  /** Lines that may have an event in this run: each of them is asked for its next one after every event. */
  private lines(): EventLine[] {
    const { events = [] } = this.input;
    const idle = new Set<string>();
    if (events.length === 0) idle.add('replica').add('refusal');
    if (this.timeoutTicks === undefined) idle.add('timeout');
    if (this.router.decisionTicks === 0) idle.add('delivery');
    const lines: EventLine[] = [
      { name: 'replica', nextTime: () => this.nextHappening(), fire: (now) => this.happen(now) },
      { name: 'refusal', nextTime: () => this.outages.nextRefusal(), fire: (now) => this.refuse(now) },
      { name: 'timeout', nextTime: () => this.timeouts.peekTime(), fire: (now) => this.timeOut(now) },
      { name: 'router', nextTime: () => this.router.nextTime(), fire: (now) => this.wakeRouter(now) },
      { name: 'arrival', nextTime: () => this.nextArrival(), fire: (now) => this.arrive(now) },
      { name: 'delivery', nextTime: () => this.deliveries.peekTime(), fire: (now) => this.deliver(now) },
      { name: 'engine', nextTime: () => this.servers.nextTime(), fire: (now) => this.advanceEngine(now) },
    ];
    return lines.filter(({ name }) => !idle.has(name));
  }

  gaugesAt(replica: number, time: Ticks, into: Gauges): void {
    this.servers.gaugesAt(replica, time, into);
  }

  cachedTokens(replica: number, flight: Flight): Tokens {
    return this.servers.server(replica).cachedTokens?.(flight) ?? 0;
  }

  /** What would happen to replicas after the last request has ended is of no account. */
  private nextHappening(): Ticks {
    const next = this.happenings.nextTime();
    return next < Infinity && this.flights.size === 0 && this.source.peek() === undefined ? Infinity : next;
  }

  private happen(now: Ticks): void {
    this.now = now;
    this.happenings.fire(now, this.outages);
  }

  private refuse(now: Ticks): void {
    this.now = now;
    this.outages.failRefused();
  }

  private timeOut(now: Ticks): void {
    this.now = now;
    const flight = this.timeouts.pop();
    if (flight !== undefined && flight.ended === undefined) this.breakOff(flight, 'timedOut', now);
  }

  private breakOff(flight: Flight, status: RequestStatus, now: Ticks): void {
    this.finish(flight, status);
    if (flight.delivered !== undefined) {
      this.servers.server(flight.replica).abort(flight, now);
      this.servers.reschedule(flight.replica);
    }
  }

  private wakeRouter(now: Ticks): void {
    this.now = now;
    this.router.advance(now, (flight, replica) => this.dispatch(flight, replica));
  }

  private nextArrival(): Ticks {
    const arrival = this.source.peek();
    return arrival === undefined ? Infinity : Math.max(this.now, this.clock.ticks(arrival));
  }

  private arrive(now: Ticks): void {
    this.now = now;
    const request = this.source.next();
    invariant(request !== undefined, 'a source gives the request that it announced');
    this.observer.offered(request, now);
    const answer = this.client.offer(request);
    if (answer === 'send') this.send(request, now, 1);
    if (answer === 'fail') {
      this.observer.neverSent(request, 'failed', now);
      this.source.ended(request, 'failed', this.clock.seconds(now));
    }
    this.offered++;
    if (this.input.until === 'last-arrival' && this.offered === this.source.count) {
      this.limit = Math.min(this.limit, now);
    }
  }

  private send(request: Request, firstArrival: Ticks, attempt: number): void {
    const breakOff = this.client.breaksOffAfter(request);
    const { now, knownEnd } = this;
    const flight = new Flight({
      request,
      order: this.sent++,
      firstArrival,
      arrival: now,
      attempt,
      knownEnd,
      breakOff,
    });
    this.flights.add(flight);
    if (this.timeoutTicks !== undefined) this.timeouts.push(this.now + this.timeoutTicks, 0, flight);
    const replica = this.router.arrive(flight, this.now);
    if (replica !== QUEUED) this.dispatch(flight, replica);
  }

  private dispatch(flight: Flight, replica: number): void {
    if (replica === REJECTED) {
      this.finish(flight, 'rejected');
      return;
    }
    // A client that has nothing of the answer yet gets the error; to any other the stream breaks.
    if (replica === EVICTED)
      return this.breakOff(flight, flight.firstToken === undefined ? 'rejected' : 'failed', this.now);
    flight.dispatched = this.now;
    flight.replica = replica;
    if (this.router.decisionTicks > 0) this.deliveries.push(this.now + this.router.decisionTicks, flight);
    else this.handOver(flight);
  }

  private deliver(now: Ticks): void {
    this.now = now;
    const flight = this.deliveries.shift();
    if (flight !== undefined && flight.ended === undefined) this.handOver(flight);
  }

  private handOver(flight: Flight): void {
    if (!this.servers.isUp(flight.replica)) {
      this.outages.refuse(flight, this.now);
      return;
    }
    const refusal = this.servers.server(flight.replica).add(flight, this.now);
    if (refusal !== undefined) {
      flight.reason = refusal.reason;
      flight.forCapacity = refusal.reason === 'queue full';
      this.finish(flight, 'rejected');
      return;
    }
    flight.delivered = this.now;
    this.servers.reschedule(flight.replica);
  }

  private advanceEngine(now: Ticks): void {
    this.now = now;
    this.servers.advance(now);
  }

  private listenerOf(replica: number): ServerListener {
    const { observer, input, router } = this;
    return listenerTo(replica, {
      observer,
      router,
      streaming: input.client.streaming,
      answered: (flight, at) => {
        this.now = at;
        this.finish(flight, flight.breaksOff ? 'cancelled' : 'completed');
      },
    });
  }

  /** The end of an attempt: told to the router, and to everybody else unless the client tries again. */
  private finish(flight: Flight, status: RequestStatus): void {
    flight.ended = this.now;
    flight.status = status;
    this.flights.delete(flight);
    this.router.ended(flight, this.now);
    const again = status === 'rejected' || status === 'failed' || status === 'timedOut';
    if (again && flight.attempt <= this.input.client.retries) {
      this.send(flight.request, flight.firstArrival, flight.attempt + 1);
      return;
    }
    this.observer.ended(flight, this.now);
    this.source.ended(flight.request, status, this.clock.seconds(this.now));
    const next = this.client.ended();
    if (next !== undefined) this.send(next, this.now, 1);
  }

  private check(line: string, now: Ticks): void {
    try {
      this.servers.check();
      this.router.check?.();
    } catch (error) {
      throw new Error(`${String(error)}, after the ${line} event at ${this.clock.seconds(now)} s`, {
        cause: error,
      });
    }
  }
}
