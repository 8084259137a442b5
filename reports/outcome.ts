import { JUDGED_METRICS, METRICS, RELEVANT_SHARE, type Metric } from '../documents/metric.ts';
import type { Comparison, RunReport } from '../documents/run-report.ts';
import type { PolicyFigures } from './policy-figures.ts';

/** How two policies compare, all judged metrics taken together. */
export type Outcome =
  /** `by`: one of them cannot keep up, or the intervals say so. */
  | { readonly kind: 'better'; readonly winner: string; readonly by: 'stability' | 'metrics' }
  /** Each is better in something and nothing weighs the two. */
  | { readonly kind: 'mixed' }
  | { readonly kind: 'close' }
  | { readonly kind: 'too little data' }
  | { readonly kind: 'both unstable' };

/** One judged metric of a pair, seen from the first policy. */
export interface Finding {
  readonly metric: Metric;
  readonly comparison: Comparison;
  readonly first: number;
  readonly second: number;
  /** first - second, and its interval. */
  readonly difference: number;
  readonly interval: readonly [number, number] | undefined;
  /** Undefined: too close to call, or a difference too small to matter. */
  readonly winner: string | undefined;
}

/** The judged metrics that both policies have, from the most telling on. */
export function findings(report: RunReport, first: PolicyFigures, second: PolicyFigures): Finding[] {
  return JUDGED_METRICS.flatMap((path) => {
    const metric = METRICS.find((one) => one.path === path);
    const comparison = report.comparisons.find(
      (one) =>
        one.metric === path &&
        ((one.baseline === first.name && one.candidate === second.name) ||
          (one.baseline === second.name && one.candidate === first.name)),
    );
    if (metric === undefined || comparison === undefined) return [];
    const { baselineValue, candidateValue, interval, verdict } = comparison;
    if (baselineValue === undefined || candidateValue === undefined) return [];
    const turned = comparison.baseline === first.name;
    const relevant = Math.abs(candidateValue - baselineValue) >= RELEVANT_SHARE * Math.abs(baselineValue);
    const decided = relevant && (verdict === 'better' || verdict === 'worse');
    return {
      metric,
      comparison,
      first: turned ? baselineValue : candidateValue,
      second: turned ? candidateValue : baselineValue,
      difference: turned ? baselineValue - candidateValue : candidateValue - baselineValue,
      interval: interval && turned ? ([-interval[1], -interval[0]] as const) : interval,
      winner: decided ? (verdict === 'better' ? comparison.candidate : comparison.baseline) : undefined,
    };
  });
}

/**
 * Which of two policies is better. One that keeps up beats one that does not. Else the judged metrics decide; where they
 * disagree, attainment of the SLO does, or without a decision there P90 E2E, which holds both TTFT and TPOT.
 */
export function outcomeOf(report: RunReport, first: PolicyFigures, second: PolicyFigures): Outcome {
  const unstable = [first, second].filter(({ verdict }) => verdict === 'unstable');
  if (unstable.length === 2) return { kind: 'both unstable' };
  if (unstable.length === 1) {
    const winner = unstable[0] === first ? second.name : first.name;
    return { kind: 'better', winner, by: 'stability' };
  }
  const found = findings(report, first, second);
  if (found.every(({ comparison }) => comparison.verdict === 'too little data'))
    return { kind: 'too little data' };
  const winners = new Set(found.flatMap(({ winner }) => winner ?? []));
  if (winners.size === 0) return { kind: 'close' };
  const winnerIn = (path: string): string | undefined =>
    found.find(({ metric }) => metric.path === path)?.winner;
  const winner =
    winners.size === 1 ? [...winners][0] : (winnerIn('goodput.attainment') ?? winnerIn('e2e.p90'));
  return winner === undefined ? { kind: 'mixed' } : { kind: 'better', winner, by: 'metrics' };
}
