import type { RunReport } from '../documents/run-report.ts';
import {
  formatDifference,
  formatInterval,
  formatMetric,
  formatSeconds,
  formatShare,
  listed,
  plural,
} from './format.ts';
import { nextStep } from './next-step.ts';
import { findings, outcomeOf, type Finding } from './outcome.ts';
import { policyFigures, type PolicyFigures } from './policy-figures.ts';
import { incomplete, lostShare, sloClause } from './shortfalls.ts';

/**
 * What a run answers, in words: which policy is better, by how much and at what confidence; what was rejected; and what
 * to try next, chosen from what was measured.
 */
export function answerOf(report: RunReport): { sentence: string; next: string } {
  const policies = policyFigures(report);
  const [baseline] = policies;
  if (baseline === undefined) return { sentence: 'Nothing was run.', next: 'Name a policy.' };
  const best = bestOf(report, policies);
  const rival = rivalOf(policies, best);
  const clauses = [
    rival === undefined ? alone(best) : versus(report, policies, best, rival),
    ...(rival === undefined ? [] : runnerUp(report, policies, best, rival)),
    ...sloClause(policies),
    ...incomplete(policies),
  ];
  return { sentence: `${clauses.join('; ')}.`, next: nextStep(report, policies, best) };
}

/** The policy that wins against each one before it, the baseline to begin with. */
export function bestOf(report: RunReport, policies: readonly PolicyFigures[]): PolicyFigures {
  return policies.reduce((best, policy) => {
    const outcome = policy === best ? undefined : outcomeOf(report, best, policy);
    return outcome?.kind === 'better' && outcome.winner === policy.name ? policy : best;
  });
}

/** Whom the best is measured against: the baseline, or if that is the best, the strongest of the others. */
function rivalOf(policies: readonly PolicyFigures[], best: PolicyFigures): PolicyFigures | undefined {
  return best === policies[0] ? strongest(policies.slice(1)) : policies[0];
}

function strongest(policies: readonly PolicyFigures[]): PolicyFigures | undefined {
  const rank = (policy: PolicyFigures): number => policy.steadyValue('ttft.p90') ?? Infinity;
  return policies.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))[0];
}

function alone(policy: PolicyFigures): string {
  const ttft = policy.steadyValue('ttft.p90');
  const e2e = policy.steadyValue('e2e.p90');
  switch (policy.verdict) {
    case 'unstable':
      return `${policy.name} cannot keep up with this load (unstable), so there is no steady TTFT or E2E`;
    case 'saturated':
    case 'stable':
      return `${policy.name} ${served(policy)}${
        ttft === undefined ? '' : `: P90 TTFT ${formatSeconds(ttft)}`
      }${e2e === undefined ? '' : `, P90 E2E ${formatSeconds(e2e)}`}`;
  }
}

/** How a fleet that is not unstable copes. */
function served(policy: PolicyFigures): string {
  const lost = lostShare(policy);
  if (lost !== undefined) return `serves only ${formatShare(1 - lost)} of the requests that are sent`;
  return policy.verdict === 'stable'
    ? 'keeps up with this load'
    : 'keeps up with this load, but its replicas are saturated';
}

function versus(
  report: RunReport,
  policies: readonly PolicyFigures[],
  best: PolicyFigures,
  rival: PolicyFigures,
): string {
  const outcome = outcomeOf(report, best, rival);
  const found = findings(report, best, rival);
  const many = policies.length > 2;
  switch (outcome.kind) {
    case 'both unstable':
      return many
        ? `None of the ${policies.length} policies keeps up with this load: all are unstable, so there is no steady TTFT or E2E to compare`
        : `Neither ${best.name} nor ${rival.name} keeps up with this load: both are unstable, so there is no steady TTFT or E2E to compare`;
    case 'better':
      return `${lead(report, policies, best, rival)}: ${outcome.by === 'stability' ? keepsUp(best, policies) : effects(found, best, many ? rival.name : undefined)}`;
    case 'mixed':
      return `Neither ${best.name} nor ${rival.name} is simply better: ${found
        .filter(({ winner }) => winner !== undefined)
        .map(
          (finding) =>
            `${finding.winner} has the ${finding.metric.better} ${finding.metric.title} (${apart(finding)})`,
        )
        .join(', ')}`;
    case 'close':
      return `${many ? `None of the ${policies.length - 1} other policies is better than ${best.name}: ${best.name} and the nearest, ${rival.name},` : `${best.name} and ${rival.name}`} are too close to call: ${closeness(found)}`;
    case 'too little data': {
      const [first] = found;
      if (first === undefined)
        return `${best.name} and ${rival.name} cannot be compared: too little completed`;
      const behind = first.difference > 0 === (first.metric.better === 'lower');
      const [ahead, other] = behind ? [rival, best] : [best, rival];
      const values = [first.first, first.second].map((value) => valueOf(first, value));
      const [lead, rest] = behind ? values.toReversed() : values;
      return `${ahead.name} ${first.difference === 0 ? 'looks like' : 'looks better than'} ${other.name} (${first.metric.title} ${lead} against ${rest}), but ${plural(first.comparison.blocks ?? 0, 'block')} of requests are too little data to be sure`;
    }
  }
}

/** `llm-d is better than round-robin`, or its place among many. */
function lead(
  report: RunReport,
  policies: readonly PolicyFigures[],
  best: PolicyFigures,
  rival: PolicyFigures,
): string {
  if (policies.length === 2) return `${best.name} is better than ${rival.name}`;
  const beaten = policies.filter((policy) => {
    const outcome = policy === best ? undefined : outcomeOf(report, best, policy);
    return outcome?.kind === 'better' && outcome.winner === best.name;
  });
  return beaten.length === policies.length - 1
    ? `${best.name} is the best of ${policies.length} policies`
    : `${best.name} is better than ${listed(beaten.map(({ name }) => name))}`;
}

function keepsUp(best: PolicyFigures, policies: readonly PolicyFigures[]): string {
  const unstable = policies.filter(({ verdict }) => verdict === 'unstable').map(({ name }) => name);
  const ttft = best.steadyValue('ttft.p90');
  return `it keeps up with this load${ttft === undefined ? '' : ` (P90 TTFT ${formatSeconds(ttft)})`}, ${listed(unstable)} ${unstable.length === 1 ? 'does' : 'do'} not (unstable)`;
}

/** The first metric in full, the others in short, and in what the winner loses. */
function effects(found: readonly Finding[], best: PolicyFigures, rival: string | undefined): string {
  const wins = found.filter(({ winner }) => winner === best.name);
  const losses = found.filter(({ winner }) => winner !== undefined && winner !== best.name);
  const [first, ...rest] = wins;
  return [
    ...(first === undefined ? [] : [`${first.metric.title} ${apart(first, rival)}`]),
    ...rest.map((finding) => `${finding.metric.title} ${inShort(finding)}`),
    ...losses.map((finding) => `though ${finding.metric.title} is ${inShort(finding)}`),
  ].join(', ');
}

/** `1240 ms instead of 3400 ms, 63.5 % lower (95 % interval -2410 to -1900 ms)`. */
function apart(finding: Finding, rival?: string): string {
  const interval =
    finding.interval === undefined
      ? ''
      : ` (95 % interval ${formatInterval(finding.interval, finding.metric.unit, finding.second)})`;
  return `${valueOf(finding, finding.first)} instead of ${rival === undefined ? '' : `${rival}'s `}${valueOf(finding, finding.second)}, ${inShort(finding)}${interval}`;
}

/** `63.5 % lower`; of shares, in points. */
function inShort({ metric, difference, second }: Finding): string {
  const direction = difference < 0 ? 'lower' : 'higher';
  if (metric.unit === 'share')
    return `${formatDifference(difference, 'share', second).slice(1)} ${direction}`;
  return `${formatShare(Math.abs(difference / second))} ${direction}`;
}

function closeness(found: readonly Finding[]): string {
  const [first] = found;
  if (first === undefined) return 'they have no metric in common';
  const interval =
    first.interval === undefined
      ? ''
      : ` (95 % interval of the difference ${formatInterval(first.interval, first.metric.unit, first.second)})`;
  return `${first.metric.title} ${valueOf(first, first.first)} against ${valueOf(first, first.second)}${interval}`;
}

function valueOf({ metric }: Finding, value: number): string {
  return formatMetric(value, metric.unit);
}

/** Of many policies: how far the next one is behind the best. */
function runnerUp(
  report: RunReport,
  policies: readonly PolicyFigures[],
  best: PolicyFigures,
  rival: PolicyFigures,
): string[] {
  const next = strongest(policies.filter((policy) => policy !== best));
  if (policies.length < 3 || next === undefined || next === rival || next.verdict === 'unstable') return [];
  const outcome = outcomeOf(report, best, next);
  const [first] = findings(report, best, next);
  if (first === undefined) return [];
  const values = `${first.metric.title} ${valueOf(first, first.second)}`;
  return outcome.kind === 'better'
    ? [`the next is ${next.name} (${values})`]
    : [
        `the next, ${next.name}, is ${outcome.kind === 'mixed' ? 'better in some metrics and worse in others' : 'too close to call'} (${values})`,
      ];
}
