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
export interface Shared<T> {
  readonly rest: T;
  readonly endpoints: readonly number[];
  /** Theirs, in the same order. */
  readonly values: readonly T[];
}

/** With more exceptions than this a column is faster. */
export const MOST_EXCEPTIONS = 4;

/**
 * What the picker knows of one request between its first moment and its end. Plugins keep their per-request state
 * here and nowhere else, so that nothing is left behind when a request ends early.
 *
 * Memory: one column per data key that was written, indexed by Endpoint.index, or what all endpoints share with the few
 * exceptions from it; one value per request attribute.
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
  private readonly columns: (unknown[] | undefined)[] = [];
  private readonly shared: (Shared<unknown> | undefined)[] = [];
  private readonly values: unknown[] = [];

  constructor(request: InferenceRequest) {
    this.request = request;
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
    const column = (this.columns[key.slot] ??= []);
    return column as (T | undefined)[];
  }

  /** What every endpoint has under a key, those excepted that a column has a value for. */
  share<T>(key: DataKey<T>, shared: Shared<T>): void {
    this.shared[key.slot] = shared;
  }

  /** What all endpoints share under a key; undefined where each has its own. */
  sharedUnder<T>(key: DataKey<T>): Shared<T> | undefined {
    return this.columns[key.slot] === undefined
      ? (this.shared[key.slot] as Shared<T> | undefined)
      : undefined;
  }

  /** What this request's producers, or else the endpoint itself, hold under a key. */
  read<T>(key: DataKey<T>, endpoint: Endpoint): T | undefined {
    const value = this.columns[key.slot]?.[endpoint.index];
    if (value !== undefined) return value as T;
    const shared = this.shared[key.slot];
    if (shared !== undefined) {
      const exception = shared.endpoints.indexOf(endpoint.index);
      return (exception < 0 ? shared.rest : shared.values[exception]) as T;
    }
    return endpoint.attributes[key.slot] as T | undefined;
  }

  /** A datum of the request itself. */
  get<T>(key: DataKey<T>): T | undefined {
    return this.values[key.slot] as T | undefined;
  }

  set<T>(key: DataKey<T>, value: T | undefined): void {
    this.values[key.slot] = value;
  }

  /** The result of a profile that found targets. */
  result(profile: string): ProfileResult | undefined {
    return this.results.find(({ name, targets }) => name === profile && targets.length > 0);
  }
}
