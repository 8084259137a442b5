import type { Seconds } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Plugin } from '../plugin.ts';

/*
 * What decides who waits at the gate, and for how long.
 * Source: pkg/epp/framework/interface/flowcontrol of llm-d-router at ebab6879.
 */

/** A request in a queue, as far as policies look at it. */
export interface QueuedItem {
  readonly id: string;
  readonly flow: string;
  readonly enqueuedAt: Seconds;
  readonly receivedAt: Seconds;
  /** How long it may wait; 0 = without end. */
  readonly ttl: Seconds;
  readonly headers: Readonly<Record<string, string>>;
}

/** Which of two requests of one band goes first. */
export interface OrderingPolicy extends Plugin {
  before(a: QueuedItem, b: QueuedItem): boolean;
}

/** The queue of one flow in one band. */
export interface FlowView {
  readonly flow: string;
  readonly length: number;
  /** The item that goes first by the band's ordering. */
  head(): QueuedItem | undefined;
}

/** The flows of one band, those with an empty queue included, by name. */
export interface BandView {
  readonly flows: readonly FlowView[];
  before(a: QueuedItem, b: QueuedItem): boolean;
}

/** Picks the flow whose turn it is in one band; undefined = nothing is queued. */
export interface FlowPicker {
  pick(band: BandView, now: Seconds): FlowView | undefined;
}

/** Makes a picker for each band, with whatever it has to remember about the band. */
export interface FairnessPolicy extends Plugin {
  openBand(): FlowPicker;
}

/** Saturation from which on a band has to wait, per band, from the highest priority to the lowest. */
export interface UsageLimitPolicy extends Plugin {
  ceilings(saturation: number, priorities: readonly number[]): readonly number[];
}

/** A request that is being served and could be broken off in favour of others. */
export interface EvictionCandidate {
  readonly priority: number;
  readonly dispatchedAt: Seconds;
  readonly endpoint: Endpoint;
}

/** Which running requests may be broken off. */
export interface EvictionFilter extends Plugin {
  mayEvict(candidate: EvictionCandidate): boolean;
}

/** Which of two of them is broken off first. */
export interface EvictionOrder extends Plugin {
  evictedBefore(a: EvictionCandidate, b: EvictionCandidate): boolean;
}
