import type { PlanLoad } from '../documents/plan.ts';
import type { RunEntry } from '../documents/run-report.ts';

/** What a plan says of a fleet at one load; no latency of a run that is unstable or was cut short. */
export function loadFigures(
  entry: RunEntry | undefined,
): Pick<PlanLoad, 'attainment' | 'ttftP90' | 'tpotP90'> {
  const steady = entry !== undefined && entry.verdict !== 'unstable';
  return {
    ...(entry?.goodput?.attainment !== undefined && { attainment: entry.goodput.attainment }),
    ...(steady && entry.ttft.p90 !== undefined && { ttftP90: entry.ttft.p90 }),
    ...(steady && entry.tpot.p90 !== undefined && { tpotP90: entry.tpot.p90 }),
  };
}
