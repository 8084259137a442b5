import { random } from '../../base/random.ts';
import type { Ticks } from '../../base/units.ts';
import {
  RoutedRequest,
  type PickContext,
  type RoutingPolicy,
} from '../../scheduler/policies/routing-policy.ts';
import type { Clock } from '../events/clock.ts';
import type { Flight } from './flight.ts';
import { inferenceRequestOf } from './inference-request.ts';
import { REJECTED, type Router } from './router.ts';
import type { RunInput } from './run-input.ts';
import type { Scraper } from './scraper.ts';

/** A routing policy (round-robin, least-request, another system's rule) in the place of a router. */
export class PolicyRouter implements Router {
  readonly decisionTicks: Ticks;
  private readonly policy: RoutingPolicy;
  private readonly scraper: Scraper;
  private readonly clock: Clock;
  private readonly model: string;
  private readonly routed = new Map<Flight, RoutedRequest>();
  private readonly context: { now: number; readonly random: PickContext['random'] };
  private due: Ticks = Infinity;

  constructor(policy: RoutingPolicy, input: RunInput, scraper: Scraper, clock: Clock, decisionTicks: Ticks) {
    this.policy = policy;
    this.scraper = scraper;
    this.clock = clock;
    this.model = input.model;
    this.decisionTicks = decisionTicks;
    this.context = { now: 0, random: random(input.seed, 0, `router ${policy.name}`) };
  }

  arrive(flight: Flight, now: Ticks): number {
    const seconds = this.clock.seconds(now);
    this.scraper.refresh(now);
    this.context.now = seconds;
    const routed = new RoutedRequest(inferenceRequestOf(flight, this.model, seconds));
    const endpoint = this.policy.pick(routed, this.scraper.endpoints, this.context);
    if (endpoint === undefined) {
      flight.reason = 'no endpoint';
      return REJECTED;
    }
    routed.endpoint = endpoint;
    flight.predictedHitTokens = routed.predictedHitTokens;
    this.routed.set(flight, routed);
    this.policy.commit?.(routed, seconds);
    this.wake(seconds);
    return endpoint.index;
  }

  firstChunk(flight: Flight, now: Ticks): void {
    const routed = this.routed.get(flight);
    if (routed !== undefined) this.policy.firstChunk?.(routed, this.clock.seconds(now));
  }

  ended(flight: Flight, now: Ticks): void {
    const routed = this.routed.get(flight);
    if (routed === undefined) return;
    this.routed.delete(flight);
    const cause =
      flight.status === 'completed' ? 'natural' : flight.status === 'failed' ? 'error' : 'client-disconnect';
    this.policy.end?.(routed, cause, this.clock.seconds(now));
  }

  nextTime(): Ticks {
    return this.due;
  }

  advance(now: Ticks): void {
    this.wake(this.clock.seconds(now));
  }

  inFlight(): number {
    return this.policy.inFlight?.() ?? 0;
  }

  private wake(now: number): void {
    if (this.policy.advance !== undefined) this.due = this.clock.ticks(this.policy.advance(now));
  }
}
