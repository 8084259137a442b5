import { random } from '../../base/random.ts';
import type { Ticks } from '../../base/units.ts';
import { Endpoint } from '../../scheduler/endpoint.ts';
import {
  RoutedRequest,
  type PickContext,
  type RoutingPolicy,
} from '../../scheduler/policies/routing-policy.ts';
import type { Clock } from '../events/clock.ts';
import { blockSizeOf, endpointInfos } from './endpoints.ts';
import type { DecisionLog } from './decision-log.ts';
import type { Flight } from './flight.ts';
import { endCauseOf, inferenceRequestOf, type RequestView } from './inference-request.ts';
import { KvEventFeed } from './kv-event-feed.ts';
import { REJECTED, type FleetView, type Router } from './router.ts';
import { pseudoTokensPerToken } from './router-prompt.ts';
import type { RouterInput, RunInput } from './run-input.ts';
import { Scraper } from './scraper.ts';

/** A routing policy (round-robin, least-request, another system's rule) in the place of a router. */
export class PolicyRouter implements Router {
  readonly decisionTicks: Ticks;
  /** Present if the policy follows the engines' caches. */
  readonly kvEvents?: NonNullable<Router['kvEvents']>;
  private readonly policy: RoutingPolicy;
  private readonly endpoints: readonly Endpoint[];
  /** Those that take requests. */
  private present: readonly Endpoint[];
  /** Requests under way to each replica. A replica that has left is forgotten with the last of them. */
  private readonly underWay: number[];
  private readonly scraper: Scraper;
  private readonly clock: Clock;
  private readonly view: RequestView & { readonly tokenScale: number };
  private readonly context: { now: number; readonly random: PickContext['random'] };
  private readonly feed: KvEventFeed;
  private readonly number: number;
  private readonly log: DecisionLog | undefined;
  private due: Ticks = Infinity;

  constructor(
    input: RunInput,
    { make, gateway }: Extract<RouterInput, { kind: 'policy' }>,
    clock: Clock,
    view: FleetView,
    router: number,
    log: DecisionLog | undefined,
  ) {
    this.number = router;
    this.log = log;
    this.policy = make();
    this.endpoints = endpointInfos(input.pools).map((info, replica) => new Endpoint(info, replica));
    this.present = this.endpoints;
    this.underWay = this.endpoints.map(() => 0);
    this.scraper = new Scraper(this.endpoints, input, view, clock, router);
    this.clock = clock;
    const { bytesPerToken } = gateway;
    const tokenScale = this.policy.readsText === true ? pseudoTokensPerToken(bytesPerToken) : 1;
    this.view = { model: input.model, bytesPerToken, tokenScale };
    this.decisionTicks = clock.ticks(gateway.decisionTime + gateway.tokenizationTime);
    this.feed = new KvEventFeed(clock.ticks(gateway.kvEventDelay), blockSizeOf(input.pools));
    if (this.policy.kvEvents !== undefined) {
      this.kvEvents = (replica, events, at): void => this.feed.push(replica, events, at);
    }
    this.context = {
      now: 0,
      random: random(input.routerSeed ?? input.seed, router, `router ${this.policy.name}`),
    };
  }

  arrive(flight: Flight, now: Ticks): number {
    const seconds = this.clock.seconds(now);
    if (this.policy.ignoresMetrics !== true) this.scraper.refresh(now);
    this.learnOfCaches(now);
    this.context.now = seconds;
    const routed = new RoutedRequest(inferenceRequestOf(flight, this.view, seconds));
    const endpoint = this.policy.pick(routed, this.present, this.context);
    if (endpoint === undefined) flight.reason = 'no endpoint';
    else if (routed.predictedHitTokens !== undefined)
      flight.predictedHitTokens = routed.predictedHitTokens / this.view.tokenScale;
    if (this.log?.wants(flight) === true) this.explain(flight, endpoint, seconds);
    if (endpoint === undefined) return REJECTED;
    routed.endpoint = endpoint;
    flight.routed = routed;
    this.underWay[endpoint.index] = (this.underWay[endpoint.index] ?? 0) + 1;
    this.policy.commit?.(routed, seconds);
    this.wake(seconds);
    return endpoint.index;
  }

  firstChunk(flight: Flight, now: Ticks): void {
    const { routed } = flight;
    if (routed !== undefined) this.policy.firstChunk?.(routed, this.clock.seconds(now));
  }

  ended(flight: Flight, now: Ticks): void {
    const { routed } = flight;
    if (routed === undefined) return;
    flight.routed = undefined;
    this.policy.end?.(routed, endCauseOf(flight), this.clock.seconds(now));
    const { endpoint } = routed;
    if (endpoint === undefined) return;
    this.underWay[endpoint.index] = (this.underWay[endpoint.index] ?? 0) - 1;
    if (!this.present.includes(endpoint)) this.forget(endpoint);
  }

  nextTime(): Ticks {
    return Math.min(this.due, this.feed.nextTime());
  }

  advance(now: Ticks): void {
    this.learnOfCaches(now);
    this.wake(this.clock.seconds(now));
  }

  membership(replica: number, isPresent: boolean, now: Ticks): void {
    const endpoint = this.endpoints[replica];
    if (endpoint === undefined || this.present.includes(endpoint) === isPresent) return;
    this.feed.forget(replica);
    this.present = isPresent
      ? [...this.present, endpoint]
      : this.present.filter((other) => other !== endpoint);
    // Nothing is held any more by who left, nor by who comes back.
    this.policy.kvEvents?.(endpoint, [{ type: 'cleared' }], this.clock.seconds(now));
    if (!isPresent) this.forget(endpoint);
  }

  inFlight(): number {
    return this.policy.inFlight?.() ?? 0;
  }

  private explain(flight: Flight, endpoint: Endpoint | undefined, at: number): void {
    const { policy, number: gateway, present: endpoints } = this;
    const looksAtMetrics = policy.ignoresMetrics !== true;
    this.log?.add({ flight, gateway, at, endpoint, rule: policy.name, endpoints, looksAtMetrics });
  }

  private forget({ index }: Endpoint): void {
    if (this.underWay[index] === 0) this.policy.forget?.(index);
  }

  private learnOfCaches(now: Ticks): void {
    this.feed.deliver(now, (replica, events) => {
      const endpoint = this.endpoints[replica];
      if (endpoint !== undefined && this.present.includes(endpoint))
        this.policy.kvEvents?.(endpoint, events, this.clock.seconds(now));
    });
  }

  private wake(now: number): void {
    if (this.policy.advance !== undefined) this.due = this.clock.ticks(this.policy.advance(now));
  }
}
