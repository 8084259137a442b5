import type { Seconds } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { rendezvous } from './rendezvous.ts';

/** Where a client names its session. */
const SESSION_HEADER = 'x-session-id';
/** A session without a request for this long has ended, and how often that is looked at: SGLang's `sticky` (#27394). */
const IDLE: Seconds = 600;
const SWEEP: Seconds = 60;

interface Session {
  readonly index: number;
  inFlight: number;
  usedAt: Seconds;
}

/**
 * sticky_least_loaded of the vLLM router: a known session goes to its worker; a new one to the worker with the fewest
 * sessions (not requests), ties by rendezvous hash, and stays there until it has been idle for IDLE or the worker has
 * gone. There is no signal for a session's end here. A request without a session goes where a new one would, and
 * leaves no trace.
 * Source: github.com/vllm-project/router pull request 235.
 */
export function stickyLeastLoaded(name: string): RoutingPolicy {
  const sessions = new Map<string, Session>();
  const counts: number[] = [];
  const count = ({ index }: Endpoint): number => counts[index] ?? 0;
  let nextSweep: Seconds = SWEEP;

  return {
    name,
    ignoresMetrics: true,
    pick({ request }, endpoints) {
      const id = request.headers[SESSION_HEADER];
      const known = id === undefined ? undefined : sessions.get(id);
      const home = known === undefined ? undefined : endpoints.find(({ index }) => index === known.index);
      if (home !== undefined) return home;
      const fewest = Math.min(...endpoints.map(count));
      return rendezvous(
        id ?? request.id,
        endpoints.filter((endpoint) => count(endpoint) === fewest),
      );
    },
    commit({ request, endpoint }, now) {
      const id = request.headers[SESSION_HEADER];
      if (id === undefined || endpoint === undefined) return;
      let session = sessions.get(id);
      if (session?.index !== endpoint.index) {
        if (session !== undefined) counts[session.index] = (counts[session.index] ?? 1) - 1;
        session = { index: endpoint.index, inFlight: session?.inFlight ?? 0, usedAt: now };
        sessions.set(id, session);
        counts[endpoint.index] = count(endpoint) + 1;
      }
      session.inFlight++;
      session.usedAt = now;
    },
    end({ request }, _, now) {
      const session = sessions.get(request.headers[SESSION_HEADER] ?? '');
      if (session === undefined) return;
      session.inFlight = Math.max(0, session.inFlight - 1);
      session.usedAt = now;
    },
    forget(index) {
      for (const [id, session] of sessions) if (session.index === index) sessions.delete(id);
      counts[index] = 0;
    },
    advance(now) {
      if (now < nextSweep) return nextSweep;
      for (const [id, { index, inFlight, usedAt }] of sessions) {
        if (inFlight > 0 || usedAt > now - IDLE) continue;
        sessions.delete(id);
        counts[index] = (counts[index] ?? 1) - 1;
      }
      nextSweep = now + SWEEP;
      return nextSweep;
    },
    inFlight() {
      let sum = 0;
      for (const { inFlight } of sessions.values()) sum += inFlight;
      return sum;
    },
  };
}
