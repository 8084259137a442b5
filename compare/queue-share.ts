import type { Regime } from '../documents/model-error.ts';
import type { RunEntry, StageReport } from '../documents/run-report.ts';

/** Share of waiting in mean TTFT; undefined when nothing was completed. */
export function queueShareOf({
  queueTime,
  ttft,
}: Pick<RunEntry | StageReport, 'queueTime' | 'ttft'>): number | undefined {
  if (queueTime.mean === undefined || ttft.mean === undefined || !(ttft.mean > 0)) return undefined;
  return queueTime.mean / ttft.mean;
}

/** Near its limit a fleet mostly lets requests wait, and a small error of its steps is a large one of TTFT. */
export function regimeOf(queueShare: number): Regime {
  return queueShare > 0.5 ? 'queueing' : 'light';
}
