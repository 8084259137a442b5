import type { Clock } from '../events/clock.ts';
import type { DecisionLog } from './decision-log.ts';
import { GatewayReplicas } from './gateway-replicas.ts';
import { PickerRouter } from './picker-router.ts';
import { PolicyRouter } from './policy-router.ts';
import type { FleetView, Router } from './router.ts';
import type { RunInput } from './run-input.ts';

/** The router that a run's input describes. Replicas of a gateway that share their state decide as one. */
export function makeRouter(input: RunInput, clock: Clock, view: FleetView, log?: DecisionLog): Router {
  const { router } = input;
  const { gateway } = router;
  const make = (replica: number): Router =>
    router.kind === 'policy'
      ? new PolicyRouter(input, router, clock, view, replica, log)
      : new PickerRouter(input, router, clock, view, replica, log);
  if (gateway.replicas <= 1 || gateway.sharedState) return make(0);
  return new GatewayReplicas([
    make(0),
    ...Array.from({ length: gateway.replicas - 1 }, (_, k) => make(k + 1)),
  ]);
}
