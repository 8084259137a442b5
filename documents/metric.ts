/** A figure of a run entry that policies are compared on. */
export interface Metric {
  /** Dotted path in a run entry. */
  readonly path: string;
  /** As in prose: `P90 TTFT`. */
  readonly title: string;
  readonly unit: 's' | '/s' | 'tokens/s' | 'share';
  readonly better: 'lower' | 'higher';
}

export const METRICS: readonly Metric[] = [
  ...(['ttft', 'tpot', 'e2e'] as const).flatMap((name) =>
    (['mean', 'p50', 'p90', 'p95', 'p99'] as const).map((statistic): Metric => ({
      path: `${name}.${statistic}`,
      title: `${statistic === 'mean' ? 'mean' : statistic.toUpperCase()} ${name.toUpperCase()}`,
      unit: 's',
      better: 'lower',
    })),
  ),
  { path: 'throughput.requestsPerSecond', title: 'requests/s', unit: '/s', better: 'higher' },
  { path: 'throughput.inputTokensPerSecond', title: 'input tokens/s', unit: 'tokens/s', better: 'higher' },
  { path: 'throughput.outputTokensPerSecond', title: 'output tokens/s', unit: 'tokens/s', better: 'higher' },
  { path: 'goodput.requestsPerSecond', title: 'goodput', unit: '/s', better: 'higher' },
  { path: 'goodput.attainment', title: 'attainment', unit: 'share', better: 'higher' },
  { path: 'prefixCache.hitRate', title: 'prefix hit rate', unit: 'share', better: 'higher' },
];

/** What a candidate is judged on unless thresholds name something else. */
export const JUDGED_METRICS: readonly string[] = ['ttft.p90', 'tpot.p90', 'e2e.p90', 'goodput.attainment'];

/** A difference smaller than this share of the baseline's value helps and hurts nobody. */
export const RELEVANT_SHARE = 0.01;

/** The number at a dotted path of an entry; undefined where there is none. */
export function metricAt(entry: object, path: string): number | undefined {
  let value: unknown = entry;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return typeof value === 'number' ? value : undefined;
}
