import type { Verdict } from '../../documents/run-report.ts';
import { slopeIsPositive } from '../../base/theil-sen.ts';

/** Equal intervals from the first to the last arrival at whose ends the system is looked at. */
export const VERDICT_INTERVALS = 200;

/** What the verdict is formed from: samples at the VERDICT_INTERVALS + 1 ends of the intervals. */
export interface Stability {
  /** Seconds from the first to the last arrival. */
  readonly seconds: number;
  /** Tokens still to serve of all requests in the system. */
  readonly work: readonly number[];
  /** Tokens served since the start. */
  readonly served: readonly number[];
  /** Per pool, per replica: requests that the last pass could not admit. */
  readonly waiting: readonly (readonly (readonly number[])[])[];
  /** Per pool, per interval: requests rejected for want of capacity. */
  readonly rejected: readonly (readonly number[])[];
  /** A closed loop cannot be unstable: its clients wait. */
  readonly closedLoop: boolean;
  readonly seed: number;
}

/**
 * `unstable`: over the last half the work grows (Theil-Sen slope positive at 99 %) and at the last arrival exceeds what
 * is served in 10 s; or a pool rejects for capacity in at least 90 % of the last half's intervals. `saturated`: else, if
 * more than half of some pool's samples in the last half find a request waiting that the last pass could not admit.
 */
export function verdictOf(stability: Stability): Verdict {
  const { work, served, seconds, closedLoop } = stability;
  const half = VERDICT_INTERVALS / 2;
  if (!closedLoop && seconds > 0) {
    const service = ((served[VERDICT_INTERVALS] ?? 0) - (served[half] ?? 0)) / (seconds / 2);
    const backlog = work[VERDICT_INTERVALS] ?? 0;
    if (backlog > 10 * service && slopeIsPositive(work.slice(half), stability.seed)) return 'unstable';
  }
  const rejecting = stability.rejected.some(
    (counts) => counts.slice(half).filter((count) => count > 0).length >= 0.9 * half,
  );
  if (rejecting && !closedLoop) return 'unstable';
  const saturated = stability.waiting.some((replicas) => {
    const samples = replicas.flatMap((replica) => replica.slice(half + 1));
    return samples.filter((waiting) => waiting > 0).length > samples.length / 2;
  });
  return saturated ? 'saturated' : 'stable';
}
