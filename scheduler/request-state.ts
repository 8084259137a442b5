import type { Prompt } from '../base/prompt.ts';
import type { Tokens } from '../base/units.ts';
import type { ProfileResult } from './decision.ts';
import type { DataKey } from './data-key.ts';
import type { Endpoint } from './endpoint.ts';
import type { InferenceRequest } from './request.ts';

/** What a request has come to. */
export type RequestPhase =
  'open' | 'queued' | 'admitted' | 'produced' | 'decided' | 'committed' | 'streaming' | 'ended';

/**
 * What the picker knows of one request between its first moment and its end. Plugins keep their per-request state
 * here and nowhere else, so that nothing is left behind when a request ends early.
 *
 * Memory: one column per data key that was written, indexed by Endpoint.index; one value per request attribute.
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
  /** Request headers that scheduling and commit set; undefined = removed. */
  readonly headerChanges = new Map<string, string | undefined>();
  /** Name of the profile whose first target serves the request. */
  primary: string | undefined = undefined;
  private readonly columns: (unknown[] | undefined)[] = [];
  private readonly values: unknown[] = [];

  constructor(request: InferenceRequest) {
    this.request = request;
  }

  /** The array to write a datum per endpoint into, by Endpoint.index. */
  column<T>(key: DataKey<T>): (T | undefined)[] {
    const column = (this.columns[key.slot] ??= []);
    return column as (T | undefined)[];
  }

  /** What this request's producers, or else the endpoint itself, hold under a key. */
  read<T>(key: DataKey<T>, endpoint: Endpoint): T | undefined {
    const value = this.columns[key.slot]?.[endpoint.index];
    return (value ?? endpoint.attributes[key.slot]) as T | undefined;
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
