import type { GateComparison, GatePolicy, GateReport, GateThreshold } from './gate-report.ts';

/** A reason not to let a candidate pass. */
export type GateFailure =
  | { readonly kind: 'threshold'; readonly threshold: GateThreshold }
  | { readonly kind: 'worse'; readonly comparison: GateComparison }
  /** It cannot keep up in most runs, and the baseline can. */
  | { readonly kind: 'unstable'; readonly policy: GatePolicy };

/** All reasons not to let the candidates of a gate pass; none = it passes. */
export function gateFailures(
  report: Pick<GateReport, 'thresholds' | 'comparisons' | 'policies'>,
): GateFailure[] {
  const { thresholds, comparisons, policies } = report;
  const isUnstable = (name: string, fixture: string | undefined): GatePolicy | undefined =>
    policies.find(
      (one) => one.policy === name && one.fixture === fixture && 2 * (one.unstable ?? 0) > one.runs,
    );
  const broken = new Set(
    comparisons.flatMap(({ baseline, candidate, fixture }) =>
      isUnstable(baseline, fixture) === undefined ? (isUnstable(candidate, fixture) ?? []) : [],
    ),
  );
  return [
    ...[...broken].map((policy) => ({ kind: 'unstable' as const, policy })),
    ...comparisons.flatMap((comparison) =>
      comparison.verdict === 'worse' ? { kind: 'worse' as const, comparison } : [],
    ),
    ...thresholds.flatMap((threshold) => (threshold.ok ? [] : { kind: 'threshold' as const, threshold })),
  ];
}
