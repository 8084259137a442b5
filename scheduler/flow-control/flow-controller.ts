import type { Bytes, Seconds } from '../../base/units.ts';
import {
  ADMITTED,
  QUEUED,
  type Admission,
  type AdmissionController,
  type AdmissionOutcome,
  type Eviction,
} from '../admission.ts';
import type { EffectiveFlowControl } from '../config/effective-config.ts';
import type { Endpoint } from '../endpoint.ts';
import type { SaturationDetector } from '../plugin.ts';
import { rejection, type Rejection } from '../rejection.ts';
import type { RequestState } from '../request-state.ts';
import type { UsageLimitPolicy } from './flow-policies.ts';
import { ItemHeap } from './item-heap.ts';
import { poolSaturation } from './pool-saturation.ts';
import type { PriorityBand, WaitingRequest } from './priority-band.ts';
import type { Reclamation } from './reclamation.ts';

/** What a controller is made of. `makeBand` makes the band of a priority that has none yet. */
export interface FlowControlParts {
  readonly settings: EffectiveFlowControl;
  readonly detector: SaturationDetector;
  readonly usageLimit: UsageLimitPolicy;
  readonly makeBand: (priority: number) => PriorityBand;
  readonly endpoints: () => readonly Endpoint[];
  /** Who breaks off running requests; undefined = nobody. */
  readonly reclamation?: Reclamation | undefined;
}

/** Dispatch cycles per second without an arrival, and seconds between sweeps: controller/internal/processor.go. */
const TICKS_PER_SECOND = 1000;
const SWEEP_INTERVAL = 1;
/** Flows of which nothing is queued are forgotten after this: EPP/flowcontrol/registry/config.go. */
const IDLE_FLOW_TIME = 300;

/**
 * Flow control at the gate, without a clock of its own: queues by priority and flow, let through one request per cycle.
 * There is a cycle at every arrival and, while anything is queued, at every millisecond. A cycle looks at the bands from
 * the highest priority down, and ends at the first whose limit the saturation has reached: lower bands do not overtake.
 * A request of a priority without a configured band gets one from the template, as a known objective would.
 * Source: EPP/flowcontrol/controller/internal/processor.go of llm-d-router at ebab6879.
 */
export class FlowController implements AdmissionController {
  private readonly parts: FlowControlParts;
  /** From the highest priority to the lowest. */
  private readonly bands: PriorityBand[];
  private readonly deadlines = new ItemHeap<WaitingRequest>((a, b) => a.deadline < b.deadline);
  private readonly waiting = new Map<RequestState, WaitingRequest>();
  private readonly pending: AdmissionOutcome[] = [];
  /** Running requests that a cycle has chosen to break off. */
  private readonly victims: RequestState[] = [];
  private nextTick: Seconds = 0;
  private nextSweep: Seconds = 0;

  constructor(parts: FlowControlParts) {
    this.parts = parts;
    this.bands = parts.settings.bands.map(({ priority }) => parts.makeBand(priority));
  }

  /** Requests that wait. */
  get queued(): number {
    return this.waiting.size;
  }

  admit(state: RequestState, now: Seconds): Admission {
    const { request } = state;
    if (this.waiting.size === 0 && now >= this.nextTick) this.idleCycle(now);
    const band = this.bandOf(request.priority);
    if (!this.hasRoom(band, request.bytes)) return this.full();
    const { defaultRequestTtl, noEndpointRequestTtl } = this.parts.settings;
    const ttl = this.parts.endpoints().length === 0 ? noEndpointRequestTtl : defaultRequestTtl;
    const waiting: WaitingRequest = {
      id: request.id,
      flow: state.flow,
      enqueuedAt: now,
      receivedAt: request.receivedAt,
      ttl,
      headers: request.headers,
      state,
      bytes: request.bytes,
      deadline: ttl > 0 ? now + ttl : Infinity,
      gone: false,
    };
    band.add(waiting);
    this.waiting.set(state, waiting);
    const passed = this.cycle(now);
    if (passed === state) return ADMITTED;
    if (passed !== undefined) this.pending.push({ state: passed, admission: ADMITTED });
    if (waiting.deadline < Infinity) this.deadlines.add(waiting);
    return QUEUED;
  }

  cancel(state: RequestState): void {
    const waiting = this.waiting.get(state);
    if (waiting === undefined) return;
    waiting.gone = true;
    this.waiting.delete(state);
  }

  committed(state: RequestState, now: Seconds): void {
    const target = state.result(state.primary ?? '')?.targets[0];
    if (target !== undefined) this.parts.reclamation?.dispatched(state, target.endpoint, now);
  }

  ended(state: RequestState, now: Seconds): void {
    this.parts.reclamation?.ended(state, now);
  }

  /** To be called when the world has changed, and at the instant it returned before. */
  advance(now: Seconds, outcomes: AdmissionOutcome[], evictions: Eviction[]): Seconds {
    // Whoever left meanwhile was told so.
    for (const outcome of this.pending) if (outcome.state.phase === 'queued') outcomes.push(outcome);
    this.pending.length = 0;
    this.expire(now, outcomes);
    if (now >= this.nextSweep) this.sweep(now);
    if (this.waiting.size > 0 && now >= this.nextTick) {
      const passed = this.cycle(now);
      if (passed !== undefined) outcomes.push({ state: passed, admission: ADMITTED });
    }
    for (const state of this.victims.splice(0))
      if (state.phase !== 'ended') evictions.push({ state, rejection: EVICTED });
    if (this.waiting.size === 0) return Infinity;
    return Math.min(this.nextTick, this.deadlines.top()?.deadline ?? Infinity);
  }

  /** Lets at most one request through; undefined = nobody (or one that was gone already). */
  private cycle(now: Seconds): RequestState | undefined {
    this.nextTick = tickAfter(now);
    const { detector, usageLimit, endpoints } = this.parts;
    const saturation = poolSaturation(detector, endpoints(), now);
    const ceilings = usageLimit.ceilings(
      saturation,
      this.bands.map(({ priority }) => priority),
    );
    for (let i = 0; i < this.bands.length; i++) {
      if (saturation >= (ceilings[i] ?? 0)) {
        this.reclaim(saturation, ceilings, i, now);
        return undefined;
      }
      const waiting = this.bands[i]?.take(now);
      if (waiting === undefined) continue;
      if (waiting.gone) return undefined;
      waiting.gone = true;
      this.waiting.delete(waiting.state);
      return waiting.state;
    }
    return undefined;
  }

  /** A cycle has stopped at band `from`: running requests may have to go. */
  private reclaim(saturation: number, ceilings: readonly number[], from: number, now: Seconds): void {
    const { reclamation } = this.parts;
    if (reclamation === undefined) return;
    const bands = this.bands
      .map(({ priority, length }, i) => ({ priority, length, ceiling: ceilings[i] ?? 0 }))
      .slice(from);
    this.victims.push(...reclamation.reclaim(saturation, bands, now));
  }

  /** What the cycles without anything queued would have done: policies see that nothing is. */
  private idleCycle(now: Seconds): void {
    for (const band of this.bands) if (band.length === 0) band.take(now);
  }

  private expire(now: Seconds, outcomes: AdmissionOutcome[]): void {
    for (;;) {
      const first = this.deadlines.top();
      if (first === undefined || (!first.gone && first.deadline > now)) return;
      this.deadlines.take();
      if (first.gone) continue;
      first.gone = true;
      this.waiting.delete(first.state);
      outcomes.push({ state: first.state, admission: this.expired() });
    }
  }

  private sweep(now: Seconds): void {
    this.nextSweep = (Math.floor(now / SWEEP_INTERVAL) + 1) * SWEEP_INTERVAL;
    for (const band of this.bands) {
      band.sweep();
      band.queues.dropIdle(now - IDLE_FLOW_TIME);
    }
  }

  private hasRoom(band: PriorityBand, bytes: Bytes): boolean {
    const { maxBytes, maxRequests } = this.parts.settings;
    let allBytes = bytes;
    let all = 1;
    for (const { byteSize, length } of this.bands) {
      allBytes += byteSize;
      all += length;
    }
    const bounded = (value: number, limit: number): boolean => limit === 0 || value <= limit;
    return bounded(allBytes, maxBytes) && bounded(all, maxRequests) && band.hasRoom(bytes);
  }

  private bandOf(priority: number): PriorityBand {
    const at = this.bands.findIndex((band) => band.priority <= priority);
    const found = this.bands[at];
    if (found?.priority === priority) return found;
    const band = this.parts.makeBand(priority);
    this.bands.splice(at < 0 ? this.bands.length : at, 0, band);
    return band;
  }

  private full(): Rejection {
    return this.parts.endpoints().length === 0
      ? rejection('ServiceUnavailable', 'there is no endpoint and the queue is full', 'rejected-no-endpoints')
      : rejection('ResourceExhausted', 'the queue is full', 'rejected-saturated');
  }

  private expired(): Rejection {
    return this.parts.endpoints().length === 0
      ? rejection('ServiceUnavailable', 'no endpoint came in time', 'rejected-no-endpoints')
      : rejection('ResourceExhausted', 'it waited too long', 'rejected-ttl-expired');
  }
}

const EVICTED = rejection(
  'ResourceExhausted',
  'it was broken off in favour of a request of higher priority',
  'evicted',
);

/** The first of the cycles' instants that lies after this one, also where the product is rounded down. */
function tickAfter(now: Seconds): Seconds {
  const tick = Math.floor(now * TICKS_PER_SECOND) + 1;
  return tick / TICKS_PER_SECOND > now ? tick / TICKS_PER_SECOND : (tick + 1) / TICKS_PER_SECOND;
}
