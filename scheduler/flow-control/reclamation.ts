import type { Seconds } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import type { RequestState } from '../request-state.ts';
import { lowestThenNewest, maySheddableBeEvicted } from './eviction-rules.ts';
import type { EvictionCandidate } from './flow-policies.ts';
import { ItemHeap } from './item-heap.ts';

/** A band of the gate as a cycle saw it. */
export interface BandDemand {
  readonly priority: number;
  /** Saturation from which on it has to wait. */
  readonly ceiling: number;
  /** Requests that wait in it. */
  readonly length: number;
}

/** Requests that one decision breaks off at most, and how long a decision waits for their ends: controller/config.go. */
const MOST_PER_DECISION = 2;
const CONFIRMATION_TIMEOUT = 10;
/** Heaps may hold this many requests that have ended before they are cleared of them. */
const MOST_ENDED = 64;

/**
 * Flow control's eviction: which running requests are broken off when a cycle stops at a saturated band. Somebody must wait
 * in that band or below it, in one whose ceiling is above 0 and reached, and have a higher priority than the first victim.
 * Every running request counts for saturation / running requests; as many are broken off as bring the saturation below
 * that band's ceiling, at least one, at most two, and only of lower priority than it. The next decision is made when all of
 * them have ended and `grace` has passed since: until then the saturation does not show what was done.
 * Debts of capacity that is on its way back, which the picker subtracts as well, are 0 whenever it decides.
 * Source: EPP/flowcontrol/controller/internal/reclamation.go of llm-d-router; docs/flow-control-eviction.md there.
 */
export class Reclamation {
  private readonly grace: Seconds;
  private readonly leases = new Map<RequestState, Lease>();
  private readonly victims = new ItemHeap<Lease>(lowestThenNewest);
  /** Of `victims`, those that run. */
  private evictable = 0;
  private readonly outstanding = new Set<RequestState>();
  private issuedAt: Seconds = 0;
  private openAt: Seconds = -Infinity;

  constructor(grace: Seconds) {
    this.grace = grace;
  }

  /** A request is on its way to its endpoint. */
  dispatched(state: RequestState, endpoint: Endpoint, now: Seconds): void {
    const { priority } = state.request;
    const lease: Lease = { state, priority, dispatchedAt: now, endpoint, isVictim: false, hasEnded: false };
    this.leases.set(state, lease);
    if (!maySheddableBeEvicted(lease)) return;
    this.victims.add(lease);
    this.evictable++;
  }

  /** It is over; of one that was broken off, that is the confirmation. */
  ended(state: RequestState, now: Seconds): void {
    const lease = this.leases.get(state);
    if (lease === undefined) return;
    this.leases.delete(state);
    lease.hasEnded = true;
    if (!lease.isVictim && maySheddableBeEvicted(lease)) this.evictable--;
    if (this.outstanding.delete(state)) this.openAt = now + this.grace;
    if (this.victims.length > this.evictable + MOST_ENDED) this.victims.filter(({ hasEnded }) => !hasEnded);
  }

  /** Those to break off now. `bands`: from the one at which the cycle stopped down to the lowest. */
  reclaim(saturation: number, bands: readonly BandDemand[], now: Seconds): RequestState[] {
    if (!this.isOpen(now)) return [];
    const first = this.nextVictim();
    if (first === undefined) return [];
    const demand = bands.find(
      ({ ceiling, length, priority }) =>
        priority <= first.priority || (ceiling > 0 && saturation >= ceiling && length > 0),
    );
    const share = saturation / this.leases.size;
    if (demand === undefined || demand.priority <= first.priority || !(share > 0) || share === Infinity)
      return [];
    const wanted = Math.max(1, Math.ceil((saturation - demand.ceiling) / share));
    const evicted: RequestState[] = [];
    while (evicted.length < Math.min(wanted, MOST_PER_DECISION)) {
      const victim = this.nextVictim();
      if (victim === undefined || victim.priority >= demand.priority) break;
      this.victims.take();
      victim.isVictim = true;
      this.evictable--;
      this.outstanding.add(victim.state);
      evicted.push(victim.state);
    }
    this.issuedAt = now;
    return evicted;
  }

  /** Sizes, for laws about memory: requests that run; that may be broken off, and are remembered for it; that were. */
  inspect(): ReclamationSizes {
    return {
      running: this.leases.size,
      evictable: this.evictable,
      remembered: this.victims.length,
      outstanding: this.outstanding.size,
    };
  }

  /** Whether nothing that was decided before is still under way. An end that does not come counts as one in the end. */
  private isOpen(now: Seconds): boolean {
    if (this.outstanding.size > 0 && now - this.issuedAt >= CONFIRMATION_TIMEOUT) {
      this.outstanding.clear();
      this.openAt = now + this.grace;
    }
    return this.outstanding.size === 0 && now >= this.openAt;
  }

  private nextVictim(): Lease | undefined {
    for (;;) {
      const first = this.victims.top();
      if (first === undefined || !first.hasEnded) return first;
      this.victims.take();
    }
  }
}

/** See `inspect`. */
export interface ReclamationSizes {
  readonly running: number;
  readonly evictable: number;
  readonly remembered: number;
  readonly outstanding: number;
}

interface Lease extends EvictionCandidate {
  readonly state: RequestState;
  isVictim: boolean;
  hasEnded: boolean;
}
