import type { Seconds } from '../base/units.ts';
import type { Endpoint } from './endpoint.ts';
import type { KvEvent } from './kv-event.ts';
import type { ProfileResults } from './cycle/profile-results.ts';
import type { RequestState } from './request-state.ts';

/*
 * What a plugin can do. A plugin implements any number of these; which ones is seen from the methods it has, as in
 * llm-d-router (pkg/epp/framework/interface at ebab6879). Hot paths get plain arrays and no copies.
 */

export interface Plugin {
  readonly type: string;
  /** The configured name; the type unless given. */
  readonly name: string;
}

/** Narrows the list of endpoints. May return the list it was given; never changes it. */
export interface Filter extends Plugin {
  filter(state: RequestState, endpoints: readonly Endpoint[], now: Seconds): readonly Endpoint[];
}

/** Writes the score of endpoints[i], before clamp and weight, to scores[i], for every i. */
export interface Scorer extends Plugin {
  score(state: RequestState, endpoints: readonly Endpoint[], scores: Float64Array, now: Seconds): void;
}

/** Positions in `endpoints`, best first; totals[i] is the weighted sum of endpoints[i]. Never empty for a non-empty list. */
export interface Picker extends Plugin {
  pick(endpoints: readonly Endpoint[], totals: Float64Array): readonly number[];
}

/** Decides which profiles run, and which of them serves the request. */
export interface ProfileHandler extends Plugin {
  /**
   * The profiles to run next, given the results so far; empty ends the cycle. A profile that failed or was left out on
   * purpose has the value undefined; the handler enters the latter itself.
   */
  next(state: RequestState, profiles: readonly string[], results: ProfileResults): readonly string[];
  /**
   * Sets state.primary; may rewrite targets and set request headers. A text is the reason why the request cannot be
   * served.
   */
  finish(state: RequestState, results: ProfileResults): string | undefined;
}

/** Whether a stage of disaggregated serving runs. `endpoint`: the pick of the stage before, where there is one. */
export interface Decider extends Plugin {
  disaggregate(state: RequestState, endpoint: Endpoint | undefined): boolean;
}

/** Narrows the candidates before anything is produced; results of several screeners are intersected. */
export interface Screener extends Plugin {
  screen(state: RequestState, endpoints: readonly Endpoint[]): readonly Endpoint[];
}

/** Attaches data to the request or its candidates. A text is an error: producers after it do not run. */
export interface Producer extends Plugin {
  produce(state: RequestState, now: Seconds): string | undefined;
}

/** Keeps requests back between admission and producing, to decide on several at once. */
export interface Holder extends Plugin {
  /** Whether it keeps this one; if so it hands it to `release`, once. */
  hold(state: RequestState, now: Seconds): boolean;
  /** Appends those that may go on now; returns the next instant at which that happens, Infinity = nobody is kept. */
  release(now: Seconds, released: RequestState[]): Seconds;
}

/** Denies a request after its data is there; a text is the reason. */
export interface Admitter extends Plugin {
  admit(state: RequestState, now: Seconds): string | undefined;
}

/** Takes note of a decision that is being carried out. `headers` takes request headers (undefined = removed). */
export interface PreRequest extends Plugin {
  preRequest(state: RequestState, headers: HeaderChanges, now: Seconds): void;
}

/** Request headers to set, in lower case; undefined = to remove. */
export type HeaderChanges = Map<string, string | undefined>;

/** Sees the answer begin; `headers` takes response headers. */
export interface ResponseHeaders extends Plugin {
  responseHeaders(state: RequestState, headers: Map<string, string>, now: Seconds): void;
}

/**
 * Sees the first and the last piece of an answer. `end` is called for every committed request, whatever its end; `firstChunk`
 * not when the end comes with or before it.
 */
export interface ResponseBody extends Plugin {
  firstChunk?(state: RequestState, now: Seconds): void;
  end(state: RequestState, cause: EndCause, now: Seconds): void;
}

export type EndCause = 'natural' | 'client-disconnect' | 'error';

/** Reads request headers before admission: returns the flow it derives from them, if any. */
export interface RequestHeaderProcessor extends Plugin {
  flowOf(headers: Readonly<Record<string, string>>): string | undefined;
}

/** Keeps state per endpoint. */
export interface EndpointListener extends Plugin {
  endpointAdded?(endpoint: Endpoint, now: Seconds): void;
  endpointRemoved?(endpoint: Endpoint, now: Seconds): void;
  /** Nothing will name this index any more, until another endpoint takes it over: all state under it must go. */
  forget?(index: number): void;
}

/** Follows what engines publish of their caches. `model` is the base model's name. */
export interface KvEventListener extends Plugin {
  kvEvents(endpoint: Endpoint, model: string, events: readonly KvEvent[], now: Seconds): void;
}

/** Has things to do as time passes. Returns the next instant at which it wants to be called; Infinity = never. */
export interface Timed extends Plugin {
  advance(now: Seconds): Seconds;
}

/** Whether the endpoints are busy: 1 and above = saturated. */
export interface SaturationDetector extends Plugin {
  saturation(endpoints: readonly Endpoint[], now: Seconds): number;
}

/** For tests, debugging and conformance: state in plain values. */
export interface Inspectable extends Plugin {
  /** In-flight counters by endpoint index, or blocks in the LRU of each, or the order of cold endpoints … */
  inspect(): unknown;
}

/** Whether a plugin implements what has this method. */
export function has<K extends string>(
  plugin: Plugin,
  method: K,
): plugin is Plugin & Record<K, (...args: never[]) => unknown> {
  return typeof (plugin as unknown as Record<string, unknown>)[method] === 'function';
}
