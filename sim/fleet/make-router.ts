import type { Clock } from '../events/clock.ts';
import { PolicyRouter } from './policy-router.ts';
import type { FleetView, Router } from './router.ts';
import type { RunInput } from './run-input.ts';
import { Scraper } from './scraper.ts';
import { invariant } from '../../base/invariant.ts';

/** The router that a run's input describes. */
export function makeRouter(input: RunInput, clock: Clock, view: FleetView): Router {
  const { router } = input;
  invariant(router.kind === 'policy', 'llm-d');
  const scraper = new Scraper(input, router.gateway, view, clock, 0);
  const decisionTicks = clock.ticks(router.gateway.decisionTime + router.gateway.tokenizationTime);
  return new PolicyRouter(router.make(), input, scraper, clock, decisionTicks);
}
