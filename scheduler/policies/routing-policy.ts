import type { Random } from '../../base/random.ts';
import type { Seconds, Tokens } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import type { KvEvent } from '../kv-event.ts';
import type { EndCause } from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';

/**
 * A router of another make than llm-d's: one rule that names an endpoint, and the moments that feed its state. Metrics
 * are on the endpoints, as old as the host's scrapes make them. All state is the policy's own: one object per router.
 */
export interface RoutingPolicy {
  /** `round-robin`, or `project@version:name`. */
  readonly name: string;
  /** It never looks at endpoints' metrics: the host need not scrape for it. */
  readonly ignoresMetrics?: true;
  /** It compares characters or bytes: its tokens stand for four of them each, and not for the model's tokens. */
  readonly readsText?: true;
  /**
   * Decides, and changes nothing but counters of ties and turns; may write what the moments after it need to
   * `routed.memo`. Undefined only when there is no endpoint.
   */
  pick(routed: RoutedRequest, endpoints: readonly Endpoint[], context: PickContext): Endpoint | undefined;
  /** The request leaves for `routed.endpoint`, which need not be the last pick. */
  commit?(routed: RoutedRequest, now: Seconds): void;
  /** The first chunk of the answer. Not called when the request ends before. */
  firstChunk?(routed: RoutedRequest, now: Seconds): void;
  /** The stream has ended, or the client has gone: once for every committed request. */
  end?(routed: RoutedRequest, cause: EndCause, now: Seconds): void;
  /** Engines have stored or evicted blocks. Present only if the policy listens. */
  kvEvents?(endpoint: Endpoint, events: readonly KvEvent[], now: Seconds): void;
  /** The endpoint has gone and its index is free: all state under it must go. */
  forget?(index: number): void;
  /** Lets entries expire. Returns when it wants to be called again; Infinity = never. */
  advance?(now: Seconds): Seconds;
  /** Laws and counters for tests: requests in flight as this policy counts them. */
  inFlight?(): number;
}

export interface PickContext {
  readonly now: Seconds;
  readonly random: Random;
}

/** Which part of a request an endpoint is asked to serve. */
export type ServingRole = 'both' | 'prefill' | 'decode';

/**
 * One request on its way through a policy. The host makes it on arrival, sets the endpoint at the commit, and shows it
 * again at every later moment. With disaggregation there are two for one request, one per role.
 */
export class RoutedRequest {
  readonly request: InferenceRequest;
  readonly role: ServingRole;
  endpoint: Endpoint | undefined = undefined;
  /** Input tokens that the policy believed to be cached where it sent the request; undefined = it believes nothing. */
  predictedHitTokens: Tokens | undefined = undefined;
  /** What the policy keeps of the request between its moments. */
  memo: unknown = undefined;

  constructor(request: InferenceRequest, role: ServingRole = 'both') {
    this.request = request;
    this.role = role;
  }
}
