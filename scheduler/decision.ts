import type { Endpoint } from './endpoint.ts';
import { hostPort } from './host-port.ts';
import type { Rejection } from './rejection.ts';

/** Where a profile sends the request. */
export interface Target {
  readonly endpoint: Endpoint;
  /** The endpoint's own port, or the one a handler rewrote it to. */
  readonly port: string;
  /** Whether the handler rewrote the port: such a target carries no attributes. */
  readonly rewritten: boolean;
}

/** What one scheduling profile came to. */
export interface ProfileResult {
  readonly name: string;
  /** Best first; the first one counts. Empty when the profile failed. */
  readonly targets: readonly Target[];
  /** Why there are no targets. */
  readonly error?: Rejection;
  /** How it came to that; present when reasons were asked for. */
  readonly reasons?: ProfileReasons;
}

/** Why these endpoints and not others. Lists follow the order in which the plugins ran. */
export interface ProfileReasons {
  readonly candidates: readonly Endpoint[];
  readonly filters: readonly { readonly plugin: string; readonly kept: readonly Endpoint[] }[];
  /** Raw scores, parallel to `endpoints`: before the clamp to 0..1 and before the weight. */
  readonly scorers: readonly {
    readonly plugin: string;
    readonly weight: number;
    readonly scores: readonly number[];
  }[];
  /** Endpoints that the filters kept, in their order. */
  readonly endpoints: readonly Endpoint[];
  /** Weighted sums, parallel to `endpoints`. */
  readonly totals: readonly number[];
  /** Endpoints whose total equals the highest, bit for bit. */
  readonly best: readonly Endpoint[];
}

/** A decision: state.results and state.primary say more. */
export interface Decision {
  readonly kind: 'decided';
  /** The endpoint that serves the request: the primary profile's first target. */
  readonly endpoint: Endpoint;
  /** `address:port` of the primary profile's targets, comma-separated, as the proxy gets it. */
  readonly destination: string;
}

/** Says the destination to those who ask: a simulator does not. */
export class TargetsDecided implements Decision {
  readonly kind = 'decided';
  readonly endpoint: Endpoint;
  private readonly targets: readonly Target[];

  constructor(endpoint: Endpoint, targets: readonly Target[]) {
    this.endpoint = endpoint;
    this.targets = targets;
  }

  get destination(): string {
    return this.targets.map(({ endpoint, port }) => hostPort(endpoint.address, port)).join(',');
  }
}
