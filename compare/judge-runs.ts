import { JUDGED_METRICS, METRICS } from '../documents/metric.ts';
import { REQUEST_STATUSES, type RequestTable } from '../documents/request-table.ts';
import type { RunRecord } from '../documents/run-record.ts';
import type { Comparison, RunEntry } from '../documents/run-report.ts';
import type { Threshold } from '../documents/threshold.ts';
import { evaluateThreshold } from './evaluate-threshold.ts';
import { byPolicy } from './policy-runs.ts';
import { comparePolicies } from './compare-policies.ts';
import { resample } from './resample.ts';
import { withSlo } from './with-slo.ts';

export interface RunsToJudge {
  /** Every policy with the same seeds on the same requests; the first policy is the baseline. */
  readonly records: readonly RunRecord[];
  /** Share of offered requests that must meet the SLO; undefined when there is none. */
  readonly attainment: number | undefined;
  readonly thresholds: readonly Threshold[];
  /** Of the bootstrap. */
  readonly seed: number;
}

export interface JudgedRuns {
  /** The entries of the records, in order, with what only a judge can add: bounds, SLO, thresholds, rejected tokens. */
  readonly runs: RunEntry[];
  /** Each policy against the baseline in all metrics; then every other pair in the judged ones. */
  readonly comparisons: Comparison[];
}

/** Compares the policies of a run with each other and holds each against SLO and thresholds. */
export function judgeRuns({ records, attainment, thresholds, seed }: RunsToJudge): JudgedRuns {
  const policies = byPolicy(records);
  const { blocks, policies: draws } = resample(
    policies.map(({ records }) => records.map(({ requests }) => requests)),
    seed,
  );
  const runs = records.map((record) => {
    const policy = policies.findIndex(({ name }) => name === record.entry.policy);
    const baseline = policies[0]?.records.find(({ entry }) => entry.seed === record.entry.seed) ?? record;
    const results = thresholds
      .filter(({ limit }) => policy > 0 || 'value' in limit)
      .map((threshold) => evaluateThreshold(threshold, record, baseline));
    const rejectedShare = rejectedInputTokenShare(record.requests);
    const judged: RunEntry = {
      ...record.entry,
      ...(rejectedShare !== undefined && { rejectedInputTokenShare: rejectedShare }),
      ...(thresholds.length > 0 && { thresholds: results }),
    };
    return attainment === undefined ? judged : withSlo(judged, attainment, draws?.[policy], blocks);
  });
  const comparisons = policies.flatMap((baseline, b) =>
    policies.slice(b + 1).flatMap((candidate, offset) =>
      METRICS.filter(({ path }) => b === 0 || JUDGED_METRICS.includes(path)).flatMap(
        (metric) =>
          comparePolicies(metric, baseline, candidate, {
            blocks,
            baseline: draws?.[b],
            candidate: draws?.[b + 1 + offset],
          }) ?? [],
      ),
    ),
  );
  return { runs, comparisons };
}

/** Share of the counted requests' input tokens that belonged to rejected ones; undefined when none was rejected. */
function rejectedInputTokenShare(table: RequestTable): number | undefined {
  const rejectedCode = REQUEST_STATUSES.indexOf('rejected');
  let rejected = 0;
  let offered = 0;
  let any = false;
  for (let row = 0; row < table.rows; row++) {
    if (table.counted[row] !== 1) continue;
    const tokens = table.inputTokens[row] ?? 0;
    offered += tokens;
    if (table.status[row] !== rejectedCode) continue;
    rejected += tokens;
    any = true;
  }
  return any && offered > 0 ? rejected / offered : undefined;
}
