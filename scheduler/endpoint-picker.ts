import { invariant } from '../base/invariant.ts';
import type { Seconds, Tokens } from '../base/units.ts';
import {
  QUEUED,
  type Admission,
  type AdmissionController,
  type AdmissionOutcome,
  type Advanced,
  type Eviction,
} from './admission.ts';
import { prefixMatchData, type PrefixMatch } from './attributes.ts';
import type { LoadedConfig } from './config/loaded-config.ts';
import { buildPlugins } from './cycle/build-plugins.ts';
import { buildProfiles, pluginNamed } from './cycle/build-profiles.ts';
import { orderProducers } from './cycle/order-producers.ts';
import type { CycleOptions } from './cycle/profile.ts';
import { SchedulingCycle } from './cycle/scheduling-cycle.ts';
import type { DataKey, DataKeys } from './data-key.ts';
import { TargetsDecided, type Decision } from './decision.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointPickerOptions } from './endpoint-picker-options.ts';
import { Fleet, type MembershipChange } from './fleet.ts';
import { createAdmission } from './flow-control/create-admission.ts';
import { withKnownTargets } from './known-targets.ts';
import type { KvEvent } from './kv-event.ts';
import type { Metrics } from './metrics.ts';
import { PluginSet } from './plugin-set.ts';
import type { EndCause, ProfileHandler, SaturationDetector } from './plugin.ts';
import { rejection, type Rejection } from './rejection.ts';
import { wantsCachedOnly, type InferenceRequest } from './request.ts';
import { RequestState } from './request-state.ts';
import { WaitingRoom } from './waiting-room.ts';

/**
 * llm-d's endpoint picker. A request changes its state at six moments, in order: admit, produce, schedule, commit, first
 * chunk, end (which may come after any of them); the world at three: membership, metrics, KV events; time in `advance` alone.
 * Only `commit` and what follows it leave traces that later decisions see. All times are seconds of one clock, the host's.
 * Source: EPP/requestcontrol/director.go of llm-d-router at ebab6879.
 */
export class EndpointPicker {
  private readonly fleet = new Fleet();
  private readonly keys: DataKeys;
  private readonly plugins: PluginSet;
  private readonly cycle: SchedulingCycle;
  private readonly admission: AdmissionController;
  private readonly waitingRoom: WaitingRoom;
  private readonly approxMatch: DataKey<PrefixMatch>;
  private readonly detector: SaturationDetector | undefined;
  /** Empty between two commits. */
  private readonly noChanges = new Map<string, string | undefined>();
  private nextPurge: Seconds = Infinity;

  constructor(config: LoadedConfig, options: EndpointPickerOptions) {
    const { keys, byName } = buildPlugins(
      config,
      {
        seed: options.seed,
        run: options.run ?? 0,
        tieBreak: options.tieBreak ?? 'random',
        latencyPredictor: options.latencyPredictor,
      },
      () => this.fleet.present,
    );
    const { effective } = config;
    this.keys = keys;
    this.plugins = new PluginSet(byName, orderProducers(effective, options.producerOrder ?? 'prefix-first'));
    this.cycle = new SchedulingCycle(
      pluginNamed<ProfileHandler>(byName, effective.profileHandler),
      buildProfiles(effective.profiles, byName),
    );
    this.admission = createAdmission(effective, byName, () => this.fleet.present, options.refreshInterval);
    this.waitingRoom = new WaitingRoom(this.plugins.holders);
    this.detector = byName.get(effective.saturationDetector) as SaturationDetector | undefined;
    this.approxMatch = keys.key(prefixMatchData());
  }

  /** The endpoints that are present, in candidate order. */
  get endpoints(): readonly Endpoint[] {
    return this.fleet.present;
  }

  /** Whether any plugin looks at KV events: a host need not bring them otherwise. */
  get listensToKvEvents(): boolean {
    return this.plugins.kvListeners.length > 0;
  }

  /** What the configured detector says of the endpoints that are present; 1 and above = saturated. */
  saturation(now: Seconds): number | undefined {
    return this.detector?.saturation(this.fleet.present, now);
  }

  /** Endpoints go, then others appear, last in candidate order. */
  observeMembership(change: MembershipChange, now: Seconds): void {
    for (const id of change.removed ?? []) {
      const endpoint = this.fleet.remove(id);
      if (endpoint === undefined) continue;
      for (const listener of this.plugins.endpointListeners) listener.endpointRemoved?.(endpoint, now);
      this.nextPurge = Math.min(this.nextPurge, this.fleet.nextPurge(now));
    }
    for (const info of change.added ?? []) {
      const endpoint = this.fleet.add(info);
      for (const listener of this.plugins.endpointListeners) listener.endpointAdded?.(endpoint, now);
    }
  }

  /** A scrape of an endpoint; ignored for one that is not present. */
  observeMetrics(id: string, metrics: Metrics): void {
    const endpoint = this.fleet.get(id);
    if (endpoint !== undefined) endpoint.metrics = metrics;
  }

  /** Other data of an endpoint from outside (topology, custom gauges), under the text of their key. */
  observeAttribute(id: string, key: string, value: unknown): void {
    const endpoint = this.fleet.get(id);
    if (endpoint !== undefined) endpoint.attributes[this.keys.key(key).slot] = value;
  }

  /** An engine published events; `model` is the base model's name. Ignored for an endpoint that is not present. */
  observeKvEvents(id: string, model: string, events: readonly KvEvent[], now: Seconds): void {
    const endpoint = this.fleet.get(id);
    if (endpoint === undefined) return;
    for (const listener of this.plugins.kvListeners) listener.kvEvents(endpoint, model, events, now);
  }

  /** The state that goes with a request through its moments. */
  open(request: InferenceRequest): RequestState {
    const state = new RequestState(request, this.keys.count);
    state.flow = this.plugins.flowOf(request);
    return state;
  }

  admit(state: RequestState, now: Seconds): Admission {
    invariant(state.phase === 'open', 'a request is admitted once', { phase: state.phase });
    const passed = this.admission.admit(state, now);
    const admission = passed.kind === 'admitted' && this.waitingRoom.keeps(state, now) ? QUEUED : passed;
    state.phase = admission.kind === 'rejected' ? 'ended' : admission.kind;
    return admission;
  }

  /** Finds the candidates and attaches data to them. `candidates`: those the host allows (all that are present). */
  produce(
    state: RequestState,
    now: Seconds,
    candidates: readonly Endpoint[] = this.fleet.present,
  ): Rejection | undefined {
    invariant(state.phase === 'admitted', 'data are produced after admission', { phase: state.phase });
    state.phase = 'produced';
    state.candidates = candidates;
    for (const screener of this.plugins.screeners) {
      const kept = screener.screen(state, candidates);
      state.candidates = state.candidates.filter((endpoint) => kept.includes(endpoint));
    }
    if (state.candidates.length === 0)
      return rejection('ServiceUnavailable', 'there is no endpoint', 'rejected-no-endpoints');
    for (const producer of this.plugins.producers) {
      // The request goes on with what is there; producers after the one that failed do not run.
      if (producer.produce(state, now) !== undefined) break;
    }
    return undefined;
  }

  /** Decides. Changes nothing but random streams and tie counters; may be repeated. */
  schedule(state: RequestState, now: Seconds, options: CycleOptions = NO_OPTIONS): Decision | Rejection {
    invariant(state.phase === 'produced' || state.phase === 'decided', 'scheduling follows producing', {
      phase: state.phase,
    });
    state.phase = 'produced';
    for (const admitter of this.plugins.admitters) {
      const reason = admitter.admit(state, now);
      if (reason !== undefined) return rejection('Internal', `request cannot be admitted: ${reason}`);
    }
    if (state.changesHeaders) state.headerChanges.clear();
    const wrong = this.cycle.run(state, now, options);
    if (wrong !== undefined) return wrong;
    const targets = state.primary === undefined ? [] : (state.result(state.primary)?.targets ?? []);
    const [first] = targets;
    invariant(first !== undefined, 'the primary profile has a target', { primary: state.primary });
    if (wantsCachedOnly(state.request)) {
      const match = first.rewritten ? undefined : state.read(this.approxMatch, first.endpoint);
      if ((match?.matchBlocks ?? 0) === 0)
        return rejection('PreconditionFailed', 'no part of the prompt is cached where it would go');
    }
    state.phase = 'decided';
    return new TargetsDecided(first.endpoint, targets);
  }

  /**
   * The decision is carried out. Returns the request headers to set (undefined = to remove), in lower case. A target that
   * left so long ago that it was forgotten leaves no traces.
   */
  commit(state: RequestState, now: Seconds): ReadonlyMap<string, string | undefined> {
    invariant(state.phase === 'decided', 'a decision is carried out once', { phase: state.phase });
    state.phase = 'committed';
    state.results = withKnownTargets(state.results, this.fleet);
    for (const { targets } of state.results) {
      for (const { endpoint } of targets) this.fleet.use(endpoint, 1);
    }
    const { noChanges } = this;
    const changes = state.changesHeaders ? state.headerChanges : noChanges;
    for (const plugin of this.plugins.preRequests) plugin.preRequest(state, changes, now);
    this.admission.committed?.(state, now);
    if (changes.size === 0) return changes;
    // A map of its own only for those whose headers change.
    if (changes === noChanges) {
      for (const [name, value] of noChanges) state.headerChanges.set(name, value);
      noChanges.clear();
    }
    return effectiveChanges(state);
  }

  /** The answer begins. Returns the response headers to set. */
  firstChunk(state: RequestState, now: Seconds): ReadonlyMap<string, string> {
    invariant(state.phase === 'committed', 'an answer begins once', { phase: state.phase });
    state.phase = 'streaming';
    for (const plugin of this.plugins.responseBodies) plugin.firstChunk?.(state, now);
    return this.responseHeaders(state, now);
  }

  /**
   * The request is over, whatever it had come to; further calls do nothing. An answer that comes in one piece has no first
   * chunk before its end: its response headers are returned here. `outputTokens`: what its usage says, if known.
   */
  end(
    state: RequestState,
    cause: EndCause,
    now: Seconds,
    outputTokens?: Tokens,
  ): ReadonlyMap<string, string> {
    state.outputTokens = outputTokens;
    if (state.phase === 'queued') this.admission.cancel(state, now);
    const inOnePiece = state.phase === 'committed' && cause === 'natural';
    const headers = inOnePiece ? this.responseHeaders(state, now) : NO_HEADERS;
    if (state.phase === 'committed' || state.phase === 'streaming') {
      for (const plugin of this.plugins.responseBodies) plugin.end(state, cause, now);
      for (const { targets } of state.results) {
        for (const { endpoint } of targets) this.fleet.use(endpoint, -1);
      }
    }
    if (state.phase !== 'ended' && state.phase !== 'open' && state.phase !== 'queued')
      this.admission.ended?.(state, now);
    state.phase = 'ended';
    return headers;
  }

  /** Lets time pass: queues, expiries, purges. Requests to be broken off stay as they are until the host ends them. */
  advance(now: Seconds): Advanced {
    const passed: AdmissionOutcome[] = [];
    const evictions: Eviction[] = [];
    let next = this.admission.advance(now, passed, evictions);
    const outcomes = passed.filter(
      ({ state, admission }) => admission.kind === 'rejected' || !this.waitingRoom.keeps(state, now),
    );
    next = Math.min(next, this.waitingRoom.release(now, outcomes));
    for (const { state, admission } of outcomes)
      state.phase = admission.kind === 'admitted' ? 'admitted' : 'ended';
    for (const plugin of this.plugins.timed) next = Math.min(next, plugin.advance(now));
    if (now >= this.nextPurge) {
      for (const index of this.fleet.purge()) {
        for (const listener of this.plugins.endpointListeners) listener.forget?.(index);
      }
      this.nextPurge = this.fleet.nextPurge(now);
    }
    return {
      next: Math.min(next, this.nextPurge),
      outcomes,
      ...(evictions.length > 0 && { evictions }),
    };
  }

  private responseHeaders(state: RequestState, now: Seconds): ReadonlyMap<string, string> {
    if (this.plugins.responseHeaders.length === 0) return NO_HEADERS;
    const headers = new Map<string, string>();
    for (const plugin of this.plugins.responseHeaders) plugin.responseHeaders(state, headers, now);
    return headers;
  }

  /** State of a plugin in plain values, for tests and debugging; undefined when it shows none. */
  inspect(plugin: string): unknown {
    return this.plugins.inspect(plugin);
  }

  /** What a key of this picker is called in request states, for tests and debugging. */
  key<T>(text: string): DataKey<T> {
    return this.keys.key(text);
  }
}

const NO_OPTIONS: CycleOptions = {};
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** Without those that leave the request's own headers as they are. */
function effectiveChanges({ headerChanges, request }: RequestState): ReadonlyMap<string, string | undefined> {
  for (const [name, value] of headerChanges) {
    if (request.headers[name] === value) headerChanges.delete(name);
  }
  return headerChanges;
}
