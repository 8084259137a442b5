import { invariant } from '../../base/invariant.ts';
import type { Ticks, Tokens } from '../../base/units.ts';
import { metricsScrape } from '../../scheduler/config/metrics-scrape.ts';
import { promptSight, type PromptSight } from '../../scheduler/config/prompt-sight.ts';
import type { CycleOptions } from '../../scheduler/cycle/profile.ts';
import { prefixMatchData, type PrefixMatch } from '../../scheduler/attributes.ts';
import type { DataKey } from '../../scheduler/data-key.ts';
import { EndpointPicker } from '../../scheduler/endpoint-picker.ts';
import type { Endpoint, EndpointInfo } from '../../scheduler/endpoint.ts';
import type { Rejection } from '../../scheduler/rejection.ts';
import type { RequestState } from '../../scheduler/request-state.ts';
import type { Clock } from '../events/clock.ts';
import { blockSizeOf, endpointInfos } from './endpoints.ts';
import type { DecisionLog } from './decision-log.ts';
import type { Flight } from './flight.ts';
import { endCauseOf, inferenceRequestOf, type RequestView } from './inference-request.ts';
import { KvEventFeed } from './kv-event-feed.ts';
import { LatencyLearner } from './latency-prediction/latency-learner.ts';
import { LatencyOracle } from './latency-prediction/latency-oracle.ts';
import { EVICTED, QUEUED, REJECTED, type FleetView, type Router } from './router.ts';
import { pseudoTokensPerToken } from './router-prompt.ts';
import type { RouterInput, RunInput } from './run-input.ts';
import { Scraper } from './scraper.ts';

/**
 * llm-d's endpoint picker in the place of a router: one replica of the gateway. It is given what a real one would see, at
 * the moments at which it would see it.
 */
export class PickerRouter implements Router {
  readonly decisionTicks: Ticks;
  /** Present if a plugin follows the engines' caches. */
  readonly kvEvents?: NonNullable<Router['kvEvents']>;
  private readonly picker: EndpointPicker;
  /** Undefined where the configuration has nobody read metrics pages. */
  private readonly scraper: Scraper | undefined;
  private readonly clock: Clock;
  private readonly view: RequestView;
  private readonly prefixMatches: readonly DataKey<PrefixMatch>[];
  /** Requests that were opened and have not ended. */
  private open = 0;
  /** Flights that wait at the gateway, by state. */
  private readonly queued = new Map<RequestState, Flight>();
  /** Flights that were sent, by state; undefined where none of them is ever broken off. */
  private readonly sent: Map<RequestState, Flight> | undefined;
  private readonly replicaOf = new Map<Endpoint, number>();
  /** The endpoint of each replica that is present. */
  private readonly present: (Endpoint | undefined)[];
  private readonly infos: readonly EndpointInfo[];
  private readonly feed: KvEventFeed;
  private readonly number: number;
  private readonly log: DecisionLog | undefined;
  private readonly oracle: LatencyOracle | undefined;
  private due: Ticks = Infinity;

  constructor(
    input: RunInput,
    { config, gateway, tieBreak }: Extract<RouterInput, { kind: 'endpoint-picker' }>,
    clock: Clock,
    view: FleetView,
    router: number,
    log: DecisionLog | undefined,
  ) {
    this.number = router;
    this.log = log;
    this.clock = clock;
    const sight = promptSight(config);
    this.view = {
      model: input.model,
      bytesPerToken: gateway.bytesPerToken,
      tokenScale: tokenScaleOf(sight, gateway.bytesPerToken),
      slo: gateway.sloHeaders === true ? input.slo : undefined,
    };
    this.decisionTicks = clock.ticks(gateway.decisionTime + gateway.tokenizationTime);
    this.infos = endpointInfos(input.pools);
    if (config.effective.flowControl?.enableEviction === true) this.sent = new Map();
    const { latencyPredictor } = gateway;
    if (latencyPredictor?.kind === 'oracle') {
      const replicas = new Map(this.infos.map(({ id }, replica) => [id, replica]));
      this.oracle = new LatencyOracle(input.pools, view, clock, (id) => replicas.get(id));
    }
    this.picker = new EndpointPicker(config, {
      seed: input.routerSeed ?? input.seed,
      run: router,
      tieBreak,
      producerOrder: gateway.producerOrder,
      refreshInterval: gateway.scrapeInterval,
      ...(this.oracle !== undefined && { latencyPredictor: this.oracle }),
      ...(latencyPredictor?.kind === 'learned' && {
        latencyPredictor: new LatencyLearner(latencyPredictor, input.seed, router),
      }),
    });
    this.picker.observeMembership({ added: this.infos }, 0);
    this.present = [...this.picker.endpoints];
    this.picker.endpoints.forEach((endpoint, replica) => this.replicaOf.set(endpoint, replica));
    if (metricsScrape(config) !== undefined)
      this.scraper = new Scraper(this.picker.endpoints, input, view, clock, router);
    this.prefixMatches = config.effective.producers.map((name) => this.picker.key(prefixMatchData(name)));
    this.feed = new KvEventFeed(clock.ticks(gateway.kvEventDelay), blockSizeOf(input.pools));
    // Estimated tokens equal none that an engine publishes: its events would name blocks that no prompt has.
    if (this.picker.listensToKvEvents && sight === 'exact') {
      this.kvEvents = (replica, events, at): void => this.feed.push(replica, events, at);
    }
    this.wake(0);
  }

  arrive(flight: Flight, now: Ticks): number {
    const seconds = this.clock.seconds(now);
    this.learn(now);
    const state = this.picker.open(inferenceRequestOf(flight, this.view, seconds));
    flight.state = state;
    this.open++;
    const admission = this.picker.admit(state, seconds);
    if (admission.kind === 'rejected') return this.reject(flight, admission, now);
    if (admission.kind === 'queued') {
      this.queued.set(state, flight);
      this.wakeIfDue(now);
      return QUEUED;
    }
    return this.decide(flight, state, now);
  }

  firstChunk(flight: Flight, now: Ticks): void {
    const { state } = flight;
    if (state !== undefined) this.picker.firstChunk(state, this.clock.seconds(now));
  }

  ended(flight: Flight, now: Ticks): void {
    const { state } = flight;
    if (state === undefined) return;
    flight.state = undefined;
    this.open--;
    this.queued.delete(state);
    this.sent?.delete(state);
    this.picker.end(state, endCauseOf(flight), this.clock.seconds(now), flight.producedTokens);
    this.wakeIfDue(now);
  }

  nextTime(): Ticks {
    return Math.min(this.due, this.feed.nextTime());
  }

  advance(now: Ticks, release: (flight: Flight, replica: number) => void): void {
    this.learn(now);
    const { outcomes, evictions = [] } = this.wake(now);
    for (const { state, admission } of outcomes) {
      const flight = this.queued.get(state);
      if (flight === undefined) continue;
      this.queued.delete(state);
      release(
        flight,
        admission.kind === 'rejected' ? this.reject(flight, admission, now) : this.decide(flight, state, now),
      );
    }
    for (const { state, rejection } of evictions) {
      const flight = this.sent?.get(state);
      if (flight === undefined) continue;
      flight.reason = rejection.reason ?? rejection.message;
      flight.forCapacity = true;
      release(flight, EVICTED);
    }
  }

  membership(replica: number, isPresent: boolean, now: Ticks): void {
    const info = this.infos[replica];
    if (info === undefined || (this.present[replica] !== undefined) === isPresent) return;
    const seconds = this.clock.seconds(now);
    this.feed.forget(replica);
    if (isPresent) {
      this.picker.observeMembership({ added: [info] }, seconds);
      const endpoint = this.picker.endpoints.find(({ id }) => id === info.id);
      invariant(endpoint !== undefined, 'who was added is present', { id: info.id });
      this.present[replica] = endpoint;
      this.replicaOf.set(endpoint, replica);
      this.scraper?.attach(replica, endpoint);
    } else {
      this.picker.observeMembership({ removed: [info.id] }, seconds);
      this.present[replica] = undefined;
    }
    // Indexes of those who left are looked at again later; and whoever is queued may find somebody now.
    this.due = Math.min(this.due, now + 1);
  }

  inFlight(): number {
    return this.open;
  }

  private decide(flight: Flight, state: RequestState, now: Ticks): number {
    const seconds = this.clock.seconds(now);
    this.oracle?.about(flight);
    const nobody = this.picker.produce(state, seconds);
    if (nobody !== undefined) return this.reject(flight, nobody, now);
    const explain = this.log?.wants(flight) === true;
    const decision = this.picker.schedule(state, seconds, explain ? EXPLAINED : undefined);
    if (decision.kind === 'rejected') return this.reject(flight, decision, now, state);
    flight.predictedHitTokens = this.predictedHit(state, decision.endpoint, flight.prompt.length);
    if (explain) {
      const { endpoint } = decision;
      this.log?.add({ flight, gateway: this.number, at: seconds, endpoint, profiles: state.results });
    }
    this.picker.commit(state, seconds);
    this.sent?.set(state, flight);
    const replica = this.replicaOf.get(decision.endpoint);
    invariant(replica !== undefined, 'the picker picks one of the fleet', { endpoint: decision.endpoint.id });
    return replica;
  }

  /** Input tokens that the router believes to be cached where it sends the request. */
  private predictedHit(state: RequestState, endpoint: Endpoint, input: Tokens): Tokens | undefined {
    for (const key of this.prefixMatches) {
      const match = state.read(key, endpoint);
      const tokens = (match?.cachedBlocks ?? 0) * (match?.blockSizeTokens ?? 0);
      if (match !== undefined) return Math.min(input, tokens / (this.view.tokenScale ?? 1));
    }
    return undefined;
  }

  private reject(
    flight: Flight,
    { reason, message, code }: Rejection,
    now: Ticks,
    state?: RequestState,
  ): number {
    flight.reason = reason ?? message;
    flight.forCapacity = code === 'ResourceExhausted' || code === undefined;
    if (this.log?.wants(flight) === true)
      this.log.add({
        flight,
        gateway: this.number,
        at: this.clock.seconds(now),
        ...(state !== undefined && { profiles: state.results }),
      });
    return REJECTED;
  }

  /** What a real router would know of the fleet by now. */
  private learn(now: Ticks): void {
    this.scraper?.refresh(now);
    if (this.feed.nextTime() > now) return;
    this.feed.deliver(now, (replica, events) => {
      const endpoint = this.present[replica];
      if (endpoint !== undefined)
        this.picker.observeKvEvents(endpoint.id, this.view.model, events, this.clock.seconds(now));
    });
  }

  private wake(now: Ticks): ReturnType<EndpointPicker['advance']> {
    const advanced = this.picker.advance(this.clock.seconds(now));
    this.due = advanced.next === Infinity ? Infinity : Math.max(now + 1, this.clock.ticks(advanced.next));
    return advanced;
  }

  /** An end may let a queued request through: the queue is looked at in the next tick, as the dispatcher would. */
  private wakeIfDue(now: Ticks): void {
    if (this.queued.size > 0) this.due = Math.min(this.due, now + 1);
  }
}

function tokenScaleOf(sight: PromptSight, bytesPerToken: number | undefined): number | undefined {
  if (sight === 'opaque') return undefined;
  return sight === 'exact' ? 1 : pseudoTokensPerToken(bytesPerToken);
}

const EXPLAINED: CycleOptions = { explain: true };
