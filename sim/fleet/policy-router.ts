import { random } from '../../base/random.ts';
import type { Ticks } from '../../base/units.ts';
import { Endpoint } from '../../scheduler/endpoint.ts';
import {
  RoutedRequest,
  type PickContext,
  type RoutingPolicy,
} from '../../scheduler/policies/routing-policy.ts';
import type { Clock } from '../events/clock.ts';
import { endpointInfos } from './endpoints.ts';
import type { Flight } from './flight.ts';
import { endCauseOf, inferenceRequestOf } from './inference-request.ts';
import { REJECTED, type FleetView, type Router } from './router.ts';
import type { RouterInput, RunInput } from './run-input.ts';
import { Scraper } from './scraper.ts';

/** A routing policy (round-robin, least-request, another system's rule) in the place of a router. */
export class PolicyRouter implements Router {
  readonly decisionTicks: Ticks;
  private readonly policy: RoutingPolicy;
  private readonly endpoints: readonly Endpoint[];
  private readonly scraper: Scraper;
  private readonly clock: Clock;
  private readonly model: string;
  private readonly bytesPerToken: number | undefined;
  private readonly routed = new Map<Flight, RoutedRequest>();
  private readonly context: { now: number; readonly random: PickContext['random'] };
  private due: Ticks = Infinity;

  constructor(
    input: RunInput,
    { make, gateway }: Extract<RouterInput, { kind: 'policy' }>,
    clock: Clock,
    view: FleetView,
    router: number,
  ) {
    this.policy = make();
    this.endpoints = endpointInfos(input.pools).map((info, replica) => new Endpoint(info, replica));
    this.scraper = new Scraper(this.endpoints, input, view, clock, router);
    this.clock = clock;
    this.model = input.model;
    this.bytesPerToken = gateway.bytesPerToken;
    this.decisionTicks = clock.ticks(gateway.decisionTime + gateway.tokenizationTime);
    this.context = { now: 0, random: random(input.seed, router, `router ${this.policy.name}`) };
  }

  arrive(flight: Flight, now: Ticks): number {
    const seconds = this.clock.seconds(now);
    if (this.policy.ignoresMetrics !== true) this.scraper.refresh(now);
    this.context.now = seconds;
    const routed = new RoutedRequest(inferenceRequestOf(flight, this.model, seconds, this.bytesPerToken));
    const endpoint = this.policy.pick(routed, this.endpoints, this.context);
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
    this.policy.end?.(routed, endCauseOf(flight), this.clock.seconds(now));
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
