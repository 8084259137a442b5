import type { Request, RequestSource, RequestStatus } from '../../../sim/workload/request.ts';

export interface Played {
  readonly request: Request;
  readonly end: number;
}

/**
 * Plays a source against servers without queues: a request ends `service` seconds after it arrived. Ends come before
 * arrivals of the same instant. Throws when an arrival goes back in time.
 */
export function play(
  source: RequestSource,
  service: (request: Request) => number = () => 1,
  status: (request: Request) => RequestStatus = () => 'completed',
): Played[] {
  const played: Played[] = [];
  const running: Played[] = [];
  let now = 0;
  for (;;) {
    const arrival = source.peek();
    running.sort((a, b) => a.end - b.end);
    const [first] = running;
    if (first !== undefined && (arrival === undefined || first.end <= arrival)) {
      running.shift();
      now = Math.max(now, first.end);
      source.ended(first.request, status(first.request), now);
      continue;
    }
    if (arrival === undefined) return played;
    if (arrival < now) throw new Error(`arrival at ${arrival} after ${now}`);
    now = arrival;
    const request = source.next();
    if (request === undefined) throw new Error('a source gives what it announced');
    if (request.arrival !== arrival) throw new Error(`announced ${arrival}, gave ${request.arrival}`);
    const one = { request, end: arrival + service(request) };
    played.push(one);
    running.push(one);
  }
}

/** What makes two requests the same to a fleet, without object identity. */
export function essence({ request }: Played): unknown {
  const { prompt, ...rest } = request;
  return { ...rest, spans: prompt.spans(), keys: prompt.keys(16) };
}
