import { invariant } from '../../base/invariant.ts';
import type { Ticks } from '../../base/units.ts';
import type { ServerListener } from '../engine/model-server.ts';
import { Flight } from './flight.ts';
import type { Router } from './router.ts';
import type { RunObserver } from './run-observer.ts';

/** Who hears what a server says. */
export interface ServerAudience {
  readonly observer: RunObserver;
  readonly router: Router;
  /** Whether tokens pass the router one by one, or the answer in one piece. */
  readonly streaming: boolean;
  /** The last token of an answer has left the server. */
  readonly answered: (flight: Flight, at: Ticks) => void;
}

/** Notes what a replica says on the flights that it speaks of, and passes it on. */
export function listenerTo(
  replica: number,
  { observer, router, streaming, answered }: ServerAudience,
): ServerListener {
  const listensToCaches = router.kvEvents !== undefined;
  return {
    started: (request, at, hitTokens, queuedAt) => {
      const flight = asFlight(request);
      flight.queued = queuedAt;
      flight.started = at;
      flight.hitTokens = hitTokens;
    },
    firstToken: (request, at, madeAt) => {
      const flight = asFlight(request);
      flight.firstTokenMade = madeAt;
      if (flight.ended !== undefined || !streaming) return;
      flight.firstToken = at;
      router.firstChunk(flight, at);
    },
    gaps: (rows, first, growth, steps) => observer.gaps(rows, first, growth, steps),
    preempted: (request) => {
      asFlight(request).preemptions++;
    },
    ended: (request, at, outputTokens, reason) => {
      const flight = asFlight(request);
      if (flight.ended !== undefined || reason === 'abort') return;
      flight.producedTokens = outputTokens;
      if (!streaming) {
        flight.firstToken = at;
        router.firstChunk(flight, at);
      }
      answered(flight, at);
    },
    interval: (interval) => observer.interval(replica, interval),
    ...(listensToCaches && { kvEvents: (events, at) => router.kvEvents?.(replica, events, at) }),
  };
}

/** A fleet gives its servers flights and nothing else. */
function asFlight(request: object): Flight {
  invariant(request instanceof Flight, 'a server speaks of the requests that it was given');
  return request;
}
