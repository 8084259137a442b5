import type { Seconds } from '../../../base/units.ts';
import type { DataKey } from '../../data-key.ts';
import type { Endpoint } from '../../endpoint.ts';
import type { PluginContext } from '../../plugin-type.ts';
import type { RequestState } from '../../request-state.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import type { SessionParameters } from './session-parameters.ts';

/**
 * Which endpoint a session is pinned to, and what keeps that up to date: shared by the filter and the scorer of session
 * affinity, one object per plugin.
 * encoded_endpoint_header: the client carries the endpoint's id in a header and gets it back with every answer.
 * session_id: a table here. A session is bound by its first commit, refreshed while it stays, and moves only when its
 * endpoint was not among the candidates; an unused binding goes with the first sweep after its time to live.
 */
export class SessionPins {
  private readonly parameters: SessionParameters;
  private readonly sources: readonly ((state: RequestState) => string | undefined)[];
  private readonly absent: DataKey<boolean>;
  private readonly bindings = new Map<string, { endpoint: string; lastSeen: Seconds }>();
  private nextSweep: Seconds | undefined;

  constructor(parameters: SessionParameters, context: PluginContext) {
    this.parameters = parameters;
    this.absent = context.key(`bound-endpoint-absent/${context.name}`);
    this.sources =
      parameters.strategy !== 'session_id'
        ? []
        : parameters.sources.map((source) => {
            if ('header' in source) return ({ request }) => request.headers[source.header];
            const key = context.key<string>(source.attribute);
            return (state) => state.get(key);
          });
  }

  /** The endpoint, of those given, that the request's session is pinned to. */
  pinned(state: RequestState, endpoints: readonly Endpoint[]): Endpoint | undefined {
    const id = this.pinnedId(state);
    if (id === undefined) return undefined;
    const found = endpoints.find((endpoint) => endpoint.id === id);
    if (this.parameters.strategy === 'session_id') state.set(this.absent, found === undefined);
    return found;
  }

  /** The request goes where the profiles decided. */
  commit(state: RequestState, now: Seconds): void {
    if (this.parameters.strategy !== 'session_id') return;
    const session = this.sessionOf(state);
    const target = this.targetOf(state);
    if (session === undefined || target === undefined) return;
    this.nextSweep ??= now + this.parameters.sweep;
    const binding = this.bindings.get(session);
    if (binding === undefined || binding.endpoint === target.id || state.get(this.absent) === true)
      this.bindings.set(session, { endpoint: target.id, lastSeen: now });
  }

  /** The token that the client is to send next time. */
  answer(state: RequestState, headers: Map<string, string>): void {
    if (this.parameters.strategy !== 'encoded_endpoint_header') return;
    const target = this.targetOf(state);
    if (target !== undefined) headers.set(this.parameters.header, encodeBase64(target.id));
  }

  /** Sweeps what has expired; returns the time of the next sweep. */
  advance(now: Seconds): Seconds {
    if (this.parameters.strategy !== 'session_id' || this.nextSweep === undefined) return Infinity;
    if (now >= this.nextSweep) {
      for (const [session, { lastSeen }] of this.bindings) {
        if (now - lastSeen > this.parameters.ttl) this.bindings.delete(session);
      }
      this.nextSweep = this.bindings.size === 0 ? undefined : now + this.parameters.sweep;
    }
    return this.nextSweep ?? Infinity;
  }

  /** Bindings that are remembered. */
  get size(): number {
    return this.bindings.size;
  }

  private pinnedId(state: RequestState): string | undefined {
    if (this.parameters.strategy === 'encoded_endpoint_header')
      return decodeBase64(state.request.headers[this.parameters.header] ?? '') || undefined;
    const session = this.sessionOf(state);
    return session === undefined ? undefined : this.bindings.get(session)?.endpoint;
  }

  private sessionOf(state: RequestState): string | undefined {
    for (const source of this.sources) {
      const session = source(state)?.trim();
      if (session !== undefined && session !== '') return session;
    }
    return undefined;
  }

  private targetOf(state: RequestState): Endpoint | undefined {
    const profile = this.parameters.profile ?? state.primary;
    return profile === undefined ? undefined : state.result(profile)?.targets[0]?.endpoint;
  }
}
