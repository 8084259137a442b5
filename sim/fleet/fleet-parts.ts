import type { Clock } from '../events/clock.ts';
import type { RequestSource } from '../workload/request.ts';
import type { MakeServer } from './replicas.ts';
import type { FleetView, Router } from './router.ts';
import type { RunInput } from './run-input.ts';
import type { RunObserver } from './run-observer.ts';

/** What a fleet is made of. */
export interface FleetParts {
  readonly input: RunInput;
  readonly clock: Clock;
  readonly source: RequestSource;
  readonly observer: RunObserver;
  readonly makeRouter: (fleet: FleetView) => Router;
  readonly makeServer: MakeServer;
}
