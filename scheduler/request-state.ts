import type { Prompt } from '../base/prompt.ts';
import type { Tokens } from '../base/units.ts';
import type { ProfileResult } from './decision.ts';
import type { DataKey } from './data-key.ts';
import type { Endpoint } from './endpoint.ts';
import type { InferenceRequest } from './request.ts';

/** What a request has come to. */
export type RequestPhase =
  'open' | 'queued' | 'admitted' | 'produced' | 'decided' | 'committed' | 'streaming' | 'ended';

/** A value that all endpoints have but a few, which are named by Endpoint.index: so few that they are searched one by one. */
export class Shared<T> {
  readonly rest: T;
  readonly endpoints: readonly number[];
  /** Theirs, in the same order. */
  readonly values: readonly T[];

  constructor(rest: T, endpoints: readonly number[], values: readonly T[]) {
    this.rest = rest;
    this.endpoints = endpoints;
    this.values = values;
  }

  of(endpoint: number): T | undefined {
    const exception = this.endpoints.indexOf(endpoint);
    return exception < 0 ? this.rest : this.values[exception];
  }
}

/** With more exceptions than this a column is faster. */
export const MOST_EXCEPTIONS = 4;

/**
 * What the picker knows of one request between its first moment and its end. Plugins keep their per-request state
 * here and nowhere else, so that nothing is left behind when a request ends early.
 *
 * Memory: one place per data key of the picker. In it a column, indexed by Endpoint.index, or what all endpoints share with
 * the few exceptions from it, or the value of a request attribute.
 */
export class RequestState {
  readonly request: InferenceRequest;
  phase: RequestPhase = 'open';
  /** The flow it belongs to, for fairness. */
  flow = '';
  /** The endpoints the request may go to, in candidate order; empty before `produce`. */
  candidates: readonly Endpoint[] = [];
  /** Set by the token producer; undefined = not tokenised. */
  prompts: readonly Prompt[] | undefined = undefined;
  /** Tokens of all prompts. */
  inputTokens: Tokens = 0;
  /** Results of the profiles that ran, in that order; a failed profile has no targets. */
  results: readonly ProfileResult[] = [];
  /** Tokens of the answer, known with its end and to the host only. */
  outputTokens: Tokens | undefined = undefined;
  /** Most requests have none. */
  private ownHeaderChanges: Map<string, string | undefined> | undefined = undefined;
  /** Name of the profile whose first target serves the request. */
  primary: string | undefined = undefined;
  private readonly data: unknown[];

  /** `keys`: how many data keys the picker has. */
  constructor(request: InferenceRequest, keys = 0) {
    this.request = request;
    this.data = new Array<unknown>(keys);
  }

  /** Request headers that scheduling and commit set; undefined = removed. */
  get headerChanges(): Map<string, string | undefined> {
    this.ownHeaderChanges ??= new Map();
    return this.ownHeaderChanges;
  }

  get changesHeaders(): boolean {
    return this.ownHeaderChanges !== undefined && this.ownHeaderChanges.size > 0;
  }

  /** The array to write a datum per endpoint into, by Endpoint.index. */
  column<T>(key: DataKey<T>): (T | undefined)[] {
    const data = this.data[key.slot];
    if (Array.isArray(data)) return data as (T | undefined)[];
    const column: (T | undefined)[] = [];
    if (data instanceof Shared) {
      for (const { index } of this.candidates) column[index] = (data as Shared<T>).of(index);
    }
    this.data[key.slot] = column;
    return column;
  }

  /** What every endpoint has under a key, those excepted that a column has a value for. */
  share<T>(key: DataKey<T>, shared: Shared<T>): void {
    this.data[key.slot] = shared;
  }

  /** What all endpoints share under a key; undefined where each has its own. */
  sharedUnder<T>(key: DataKey<T>): Shared<T> | undefined {
    const data = this.data[key.slot];
    return data instanceof Shared ? (data as Shared<T>) : undefined;
  }

  /** What this request's producers, or else the endpoint itself, hold under a key. */
  read<T>(key: DataKey<T>, endpoint: Endpoint): T | undefined {
    const data = this.data[key.slot];
    if (data instanceof Shared) return (data as Shared<T>).of(endpoint.index);
    const own = (data as (T | undefined)[] | undefined)?.[endpoint.index];
    return own ?? (endpoint.attributes[key.slot] as T | undefined);
  }

  /** A datum of the request itself. */
  get<T>(key: DataKey<T>): T | undefined {
    return this.data[key.slot] as T | undefined;
  }

  set<T>(key: DataKey<T>, value: T | undefined): void {
    this.data[key.slot] = value;
  }

  /** The result of a profile that found targets. */
  result(profile: string): ProfileResult | undefined {
    for (const result of this.results)
      if (result.name === profile && result.targets.length > 0) return result;
    return undefined;
  }
}
