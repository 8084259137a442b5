import { grouped } from '../../base/grouped.ts';
import { figureTitle } from '../../documents/figure.ts';
import type {
  ChangedDecision,
  GateComparison,
  GateDecisions,
  GateReport,
  GateThreshold,
} from '../../documents/gate-report.ts';
import {
  formatChange,
  formatCount,
  formatInterval,
  formatMetric,
  formatShare,
  listed,
  plural,
} from '../format.ts';

/* What every form of a gate's report says in the same words. */

/** How it was found out. */
export function methodText({ manifest, method, policies }: GateReport): string {
  const { pairing, pairs, fixtures } = method;
  const requests = policies[0] === undefined ? 0 : policies[0].offered / Math.max(1, policies[0].runs);
  const how = {
    replications: `${pairs} replications of about ${plural(requests, 'request')} (sessions drawn anew, arrivals moved, the same for every policy)`,
    seeds: `${pairs} pairs of recorded runs with the same seed, ${plural(requests, 'request')} each`,
    blocks: `single recorded runs of ${plural(requests, 'request')}, resampled by session or minute`,
  }[pairing];
  const under = fixtures.length === 0 ? '' : `; also under ${listed(fixtures)}`;
  const seed = manifest.seeds.length === 0 ? '' : `, seed ${manifest.seeds[0]}`;
  return `${manifest.scenario}: ${how}${seed}${under}`;
}

/** The comparisons of a report, those of two policies under one fixture together. */
export function contests({ comparisons }: GateReport): GateComparison[][] {
  const keyOf = ({ fixture, baseline, candidate }: GateComparison): string =>
    JSON.stringify([fixture, baseline, candidate]);
  return [...grouped(comparisons, keyOf).values()];
}

export function contestTitle([first]: readonly GateComparison[]): string {
  if (first === undefined) return '';
  const under = first.fixture === undefined ? '' : `${first.fixture}: `;
  return `${under}${first.candidate} against ${first.baseline}`;
}

/** `llm-d under slow-replica`. */
export function policyText({ policy, fixture }: GateThreshold): string {
  return `${policy}${fixture === undefined ? '' : ` under ${fixture}`}`;
}

/** The parts of a comparison's line, as text. */
export function comparisonCells(one: GateComparison): {
  readonly title: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly change: string;
  readonly interval: string;
} {
  const { metric, baselineValue, candidateValue, difference, ratio, interval } = one;
  const { title, unit } = figureTitle(metric);
  const points = (value: number): string =>
    `${value < 0 ? '-' : '+'}${(Math.abs(value) * 100).toFixed(1)} pt`;
  return {
    title,
    baseline: baselineValue === undefined ? '-' : formatMetric(baselineValue, unit),
    candidate: candidateValue === undefined ? '-' : formatMetric(candidateValue, unit),
    change:
      unit === 'share' || ratio === undefined
        ? difference === undefined
          ? ''
          : points(difference)
        : formatChange(ratio),
    interval: interval === undefined ? '' : formatInterval(interval, unit, baselineValue ?? 0),
  };
}

/** `of 4,801 decisions 3,912 (81.5 %) go elsewhere under llm-d than under round-robin`. */
export function decisionsText({
  baseline,
  candidate,
  fixture,
  decided,
  changed,
  share,
}: GateDecisions): string {
  const under = fixture === undefined ? '' : ` (${fixture})`;
  return `of ${plural(decided, 'decision')} ${formatCount(changed)}${share === undefined ? '' : ` (${formatShare(share)})`} go elsewhere under ${candidate} than under ${baseline}${under}`;
}

/** `s1.0: h100/1 -> h100/3; the baseline scores h100/1 0.2 higher, the candidate scores h100/1 0.1 lower`. */
export function changedText(changed: ChangedDecision): string {
  const { request, baseline, candidate, baselineScoreDifference, candidateScoreDifference } = changed;
  const scores = [
    ...(baselineScoreDifference === undefined
      ? []
      : [scoreText(baselineScoreDifference, baseline, 'baseline')]),
    ...(candidateScoreDifference === undefined
      ? []
      : [scoreText(candidateScoreDifference, baseline, 'candidate')]),
  ];
  const why = scores.length === 0 ? '' : `; ${scores.join(', ')}`;
  return `${request}: ${baseline ?? 'nowhere'} -> ${candidate ?? 'nowhere'}${why}`;
}

/** How a router scored the old endpoint beside the new one. */
function scoreText(lead: number, old: string | undefined, router: string): string {
  const points = Number(Math.abs(lead).toPrecision(3));
  if (points === 0) return `the ${router} scores both alike`;
  return `the ${router} scores ${old ?? 'the old one'} ${points} ${lead > 0 ? 'higher' : 'lower'}`;
}
