import { METRICS, metricAt, type Metric } from '../documents/metric.ts';
import type { Comparison, RunEntry, RunReport, Verdict } from '../documents/run-report.ts';

/** What a report says of one policy, over all its seeds. */
export interface PolicyFigures {
  readonly name: string;
  /** One entry per seed. */
  readonly entries: readonly RunEntry[];
  /** The worst of its seeds' verdicts. */
  readonly verdict: Verdict;
  /** Mean over the seeds of a figure at a dotted path; undefined when a seed lacks it. */
  value(path: string): number | undefined;
  /** As `value`, but undefined as well where an unstable run has no steady figure: TTFT, E2E and queue times. */
  steadyValue(path: string): number | undefined;
}

/** The policies of a report, in the order in which they first come: the first is the baseline. */
export function policyFigures({ runs }: Pick<RunReport, 'runs'>): PolicyFigures[] {
  return [...new Set(runs.map(({ policy }) => policy))].map((name) => {
    const entries = runs.filter(({ policy }) => policy === name);
    const verdict = VERDICTS.find((one) => entries.some((entry) => entry.verdict === one)) ?? 'stable';
    const value = (path: string): number | undefined => {
      const values = entries.flatMap((entry) => metricAt(entry, path) ?? []);
      return values.length < entries.length ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
    };
    return {
      name,
      entries,
      verdict,
      value,
      steadyValue: (path) => (verdict === 'unstable' && isTransient(path) ? undefined : value(path)),
    };
  });
}

/** Whether a figure has no steady value while a backlog grows. */
export function isTransient(path: string): boolean {
  return /^(ttft|e2e|queueTime|gatewayQueueTime)\b/.test(path);
}

/** The metric of a comparison. */
export function metricOf({ metric }: Comparison): Metric | undefined {
  return METRICS.find(({ path }) => path === metric);
}

const VERDICTS: readonly Verdict[] = ['unstable', 'saturated', 'stable'];
