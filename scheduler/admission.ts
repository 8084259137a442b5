import type { Seconds } from '../base/units.ts';
import type { Rejection } from './rejection.ts';
import type { RequestState } from './request-state.ts';

/** What becomes of a request at the gate. A queued one comes back from `advance`. */
export type Admission = { readonly kind: 'admitted' } | { readonly kind: 'queued' } | Rejection;

/** Decides which requests may be scheduled now: the saturation check, or flow control with its queues. */
export interface AdmissionController {
  admit(state: RequestState, now: Seconds): Admission;
  /** The client of a queued request has gone. Does nothing for one that is not queued. */
  cancel(state: RequestState, now: Seconds): void;
  /** A request that was admitted is on its way to an endpoint. */
  committed?(state: RequestState, now: Seconds): void;
  /** A request that was admitted has ended, whatever its end. */
  ended?(state: RequestState, now: Seconds): void;
  /**
   * Lets queued requests through or turns them away; `outcomes` takes them in the order in which that happens, `evictions`
   * those that run and are to be broken off. Returns the next instant at which it wants to be called; Infinity = only after
   * something has changed.
   */
  advance(now: Seconds, outcomes: AdmissionOutcome[], evictions: Eviction[]): Seconds;
}

export interface AdmissionOutcome {
  readonly state: RequestState;
  readonly admission: { readonly kind: 'admitted' } | Rejection;
}

/** A request that runs and is to be broken off: the host ends it, and the client gets the rejection. */
export interface Eviction {
  readonly state: RequestState;
  readonly rejection: Rejection;
}

export const ADMITTED: { readonly kind: 'admitted' } = { kind: 'admitted' };
export const QUEUED: { readonly kind: 'queued' } = { kind: 'queued' };

/** What `advance` brought about. */
export interface Advanced {
  /** When to call again; Infinity = after something has changed. */
  readonly next: Seconds;
  /** Requests that were queued and are so no longer, in order. */
  readonly outcomes: readonly AdmissionOutcome[];
  /** Requests that run and are to be broken off; absent = none. */
  readonly evictions?: readonly Eviction[];
}
