import type { Seconds } from '../base/units.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import { targetsOf, type Slo } from '../sim/metrics/slo.ts';

type Workload = RunInput['workload'];
type Source = ReturnType<Workload['open']>;
type Request = NonNullable<ReturnType<Source['next']>>;

/** Thrown out of a run whose promise is broken already, whatever the rest of it brings. */
export class PromiseBroken extends Error {
  override readonly name = 'PromiseBroken';
  readonly offered: number;
  readonly misses: number;

  constructor(offered: number, misses: number) {
    super(`${misses} of ${offered} requests had missed`);
    this.offered = offered;
    this.misses = misses;
  }
}

/** Arrivals between two looks at the requests that are still open. */
const LOOK_EVERY = 64;

/**
 * A workload that ends its run as soon as more requests have missed the SLO than the whole workload may miss. It counts
 * only certain misses: requests that did not complete, or that took longer than their TTFT and TPOT targets allow
 * together. Safe: attainment over all requests is then below `slo.attainment`, and so is its lower bound.
 */
export function givingUp(workload: Workload, slo: Slo, requests: number): Workload {
  const budget = (1 - slo.attainment) * requests;
  return {
    ...workload,
    open: (seed) => watched(workload.open(seed), slo, budget),
  };
}

/** The longest time from arrival to last token with which a request can meet its targets. */
export function longestLife(request: Request, slo: Slo | undefined): Seconds {
  if (slo === undefined) return Infinity;
  const { ttft = Infinity, tpot = Infinity, e2e = Infinity } = targetsOf(slo, request.class);
  const gaps = Math.max(0, request.outputTokens - 1);
  return Math.min(e2e, ttft + (gaps === 0 ? 0 : tpot * gaps));
}

function watched(source: Source, slo: Slo, budget: number): Source {
  const open = new Map<number, Seconds>();
  let [offered, misses] = [0, 0];
  const look = (overdue: number): void => {
    if (misses + overdue > budget) throw new PromiseBroken(offered, misses + overdue);
  };
  return {
    closedLoop: source.closedLoop,
    ...(source.lastArrival !== undefined && { lastArrival: source.lastArrival }),
    ...(source.count !== undefined && { count: source.count }),
    ...(source.stages !== undefined && { stages: source.stages }),
    peek: () => source.peek(),
    next() {
      const request = source.next();
      if (request === undefined) return undefined;
      offered++;
      open.set(request.index, request.arrival + longestLife(request, slo));
      if (offered % LOOK_EVERY === 0) {
        let overdue = 0;
        for (const deadline of open.values()) if (deadline < request.arrival) overdue++;
        look(overdue);
      }
      return request;
    },
    ended(request, status, now) {
      const deadline = open.get(request.index) ?? Infinity;
      open.delete(request.index);
      if (status !== 'completed' || now > deadline) misses++;
      source.ended(request, status, now);
      look(0);
    },
  };
}
