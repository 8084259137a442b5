import type { ThresholdResult } from '../documents/run-report.ts';
import type { RunRecord } from '../documents/run-record.ts';
import type { Threshold } from '../documents/threshold.ts';
import { steadyFigureOf } from './figure-of.ts';

/**
 * Whether a run keeps a threshold; `baseline` is the run of the baseline policy with the same seed. A figure that the
 * run does not have keeps no promise, and an unstable run has no TTFT, E2E or queue time to hold against one.
 */
export function evaluateThreshold(
  threshold: Threshold,
  run: RunRecord,
  baseline: RunRecord,
): ThresholdResult {
  const reference = 'value' in threshold.limit ? undefined : steadyFigureOf(threshold, baseline);
  return holdThreshold(threshold, run.entry.policy, steadyFigureOf(threshold, run), reference);
}

/** Whether a value keeps a threshold, beside the baseline's value where the limit is relative to it. */
export function holdThreshold(
  threshold: Threshold,
  policy: string,
  value: number | undefined,
  baseline: number | undefined,
): ThresholdResult {
  const limit =
    'value' in threshold.limit
      ? threshold.limit.value
      : baseline === undefined
        ? undefined
        : baseline * threshold.limit.timesBaseline;
  return {
    expression: threshold.expression,
    policy,
    ...(value !== undefined && { value }),
    ...(limit !== undefined && { limit }),
    ok: value !== undefined && limit !== undefined && holds(value, threshold.operator, limit),
  };
}

function holds(value: number, operator: Threshold['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
