import type { EngineRequest, Gauges, ModelServer, ServerListener } from '../../sim/engine/model-server.ts';
import type { PlannedRequest } from './random-load.ts';

/** What servers told of a run: everything that was said of each request, and sums. */
export interface Told {
  /** Per request, in order of arrival: `started 12 hit 16 queued 10`, `preempted 40`, …, in order of saying. */
  readonly requests: string[][];
  readonly gauges: string[];
  readonly sums: {
    steps: number;
    busy: number;
    /** Steps of intervals that hold several: they were leapt over. */
    leapt: number;
    gaps: number;
    gapTicks: number;
    preemptions: number;
  };
}

/** Instants after which a run that has not ended never will. */
const MOST_INSTANTS = 1e6;

/**
 * Drives servers through planned requests as a fleet does: of one instant, first the clients that go, then all arrivals,
 * then the engines.
 */
export function driveServers(
  plan: readonly PlannedRequest[],
  makeServers: (listener: ServerListener) => readonly ModelServer[],
  afterInstant: (now: number) => void = () => undefined,
): Told {
  const told: Told = {
    requests: plan.map(() => []),
    gauges: [],
    sums: { steps: 0, busy: 0, leapt: 0, gaps: 0, gapTicks: 0, preemptions: 0 },
  };
  const servers = makeServers(listenerOf(told));
  const aborts = plan
    .flatMap(({ abort, request, replica }) => (abort === undefined ? [] : [{ abort, request, replica }]))
    .sort((a, b) => a.abort - b.abort);
  let arrivals = 0;
  let gone = 0;
  for (let instant = 0; instant < MOST_INSTANTS; instant++) {
    const now = Math.min(
      plan[arrivals]?.arrival ?? Infinity,
      aborts[gone]?.abort ?? Infinity,
      ...servers.map((server) => server.nextEvent()),
    );
    if (now === Infinity) return told;
    for (let next = aborts[gone]; next !== undefined && next.abort === now; next = aborts[++gone])
      if (next.abort > (plan[next.request.index]?.arrival ?? Infinity))
        servers[next.replica]?.abort(next.request, now);
    for (let next = plan[arrivals]; next !== undefined && next.arrival === now; next = plan[++arrivals]) {
      const server = servers[next.replica];
      if (server === undefined) continue;
      told.gauges.push(`${now}: ${gaugesOf(server, now)}`);
      const refusal = server.add(next.request, now);
      if (refusal !== undefined) told.requests[next.request.index]?.push(`refused: ${refusal.reason}`);
    }
    for (const server of servers) if (server.nextEvent() <= now) server.advance(now);
    afterInstant(now);
  }
  throw new Error(`the run has not ended after ${MOST_INSTANTS} instants`);
}

function gaugesOf(server: ModelServer, now: number): string {
  const seen: Gauges = { running: 0, waiting: 0, kvUsage: 0 };
  server.gaugesAt(now, seen);
  return `${seen.running} run, ${seen.waiting} wait, ${seen.kvUsage}`;
}

function listenerOf({ requests, sums }: Told): ServerListener {
  const say = ({ index }: EngineRequest, what: string) => requests[index]?.push(what);
  return {
    started: (request, at, hitTokens, queuedAt) =>
      say(request, `started ${at}, hit ${hitTokens}, queued ${queuedAt}`),
    firstToken: (request, at, madeAt) => say(request, `first token ${at}, made ${madeAt}`),
    ended: (request, at, outputTokens, reason) =>
      say(request, `ended ${at}, ${outputTokens} tokens, ${reason}`),
    preempted(request, at) {
      sums.preemptions++;
      say(request, `preempted ${at}`);
    },
    gaps(rows, first, growth, steps) {
      sums.gaps += rows * steps;
      sums.gapTicks += rows * (steps * first + (growth * steps * (steps - 1)) / 2);
    },
    interval({ from, to, steps }) {
      sums.steps += steps;
      if (steps > 0) sums.busy += to - from;
      if (steps > 1) sums.leapt += steps;
    },
  };
}
