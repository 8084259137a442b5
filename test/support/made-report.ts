import { judgeRuns } from '../../compare/judge-runs.ts';
import { random } from '../../base/random.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import { API_VERSION, type RunReport } from '../../documents/run-report.ts';
import type { Threshold } from '../../documents/threshold.ts';
import { madeRecord, type MadeRequest, type MadeRun } from './made-run.ts';

/** What a made-up policy does with the requests that all policies share. */
export interface MadePolicy extends MadeRun {
  /** Mean time in the engine's queue and in the prefill, seconds. */
  readonly queue?: number;
  readonly prefill?: number;
  readonly tpot?: number;
  readonly hitRate?: number;
  /** Rejects every n-th request. */
  readonly rejectEvery?: number;
}

export interface MadeReportOptions {
  readonly scenario?: string;
  readonly minutes?: number;
  /** Share of offered requests that must meet TTFT <= 2 s. */
  readonly attainment?: number;
  readonly thresholds?: readonly Threshold[];
}

/** Records and the judged report of made-up policies on the same requests, 20 a minute. */
export function madeReport(
  policies: readonly MadePolicy[],
  { scenario = 'made-up', minutes = 60, attainment, thresholds = [] }: MadeReportOptions = {},
): { report: RunReport; records: RunRecord[] } {
  const records = policies.map((policy) =>
    madeRecord(policy, requestsUnder(policy, minutes, attainment !== undefined)),
  );
  const { runs, comparisons } = judgeRuns({ records, attainment, thresholds, seed: 1 });
  const report: RunReport = {
    apiVersion: API_VERSION,
    kind: 'RunReport',
    manifest: {
      scenario,
      scenarioSha256: '3f1c'.padEnd(64, '0'),
      workloadSha256: '9ab2'.padEnd(64, '0'),
      fleetcastVersion: '0.1.0',
      seeds: [...new Set(runs.map(({ seed }) => seed))],
      ticksPerNanosecond: 64,
    },
    runs,
    comparisons,
  };
  return { report, records };
}

function requestsUnder(policy: MadePolicy, minutes: number, hasSlo: boolean): MadeRequest[] {
  const { queue = 0.2, prefill = 0.4, tpot = 0.02, hitRate = 0.3, rejectEvery, replicas = 4 } = policy;
  const shared = random(policy.seed ?? 1, 0, 'requests shared by all policies');
  return Array.from({ length: 20 * minutes }, (_, k): MadeRequest => {
    const arrival = 3 * k + 3 * shared.uniform();
    const inputTokens = 200 + Math.floor(3000 * shared.exponential());
    const outputTokens = 1 + Math.floor(200 * shared.exponential());
    const engineQueue = queue * shared.exponential();
    const ttft = engineQueue + prefill * (0.5 + shared.uniform());
    const own = tpot * (0.8 + 0.4 * shared.uniform());
    if (rejectEvery !== undefined && k % rejectEvery === 0) {
      return { arrival, inputTokens, status: 'rejected', ...(hasSlo && { meetsSlo: false }) };
    }
    return {
      arrival,
      inputTokens,
      outputTokens,
      prefixHitTokens: Math.floor(hitRate * inputTokens),
      endpoint: `h100/${k % replicas}`,
      ttft,
      ...(outputTokens > 1 && { tpot: own }),
      e2e: ttft + own * (outputTokens - 1),
      engineQueue,
      ...(hasSlo && { meetsSlo: ttft <= 2 }),
    };
  });
}
