import { figureTitle } from '../../documents/figure.ts';
import { gateFailures, type GateFailure } from '../../documents/gate-failures.ts';
import type { GateComparison, GateReport } from '../../documents/gate-report.ts';
import { formatChange, formatDifference, listed, plural } from '../format.ts';
import { thresholdValue } from '../threshold-value.ts';

/** What a gate answers, in words: whether the candidates pass, and why. */
export function gateAnswerOf(report: Omit<GateReport, 'answer'>): GateReport['answer'] {
  const failures = gateFailures(report);
  const clauses = failures.length > 0 ? failures.map(failureText) : passText(report);
  const sentence = `${failures.length > 0 ? 'Fail' : 'Pass'}: ${clauses.join('; ')}.`;
  const next = nextOf(report);
  return { sentence, ...(next !== undefined && { next }) };
}

/** One reason not to pass: `under slow-replica llm-d is worse than round-robin in P90 TTFT (+8.1 %)`. */
export function failureText(failure: GateFailure): string {
  switch (failure.kind) {
    case 'worse': {
      const { baseline, candidate, fixture } = failure.comparison;
      return `${under(fixture)}${candidate} is worse than ${baseline} in ${effectText(failure.comparison)}`;
    }
    case 'threshold': {
      const { expression, policy, fixture } = failure.threshold;
      return `${under(fixture)}${policy} breaks ${expression} (${thresholdValue(failure.threshold)})`;
    }
    case 'unstable': {
      const { policy, fixture, unstable = 0, runs } = failure.policy;
      return `${under(fixture)}${policy} cannot keep up in ${unstable} of ${runs} runs (unstable), the baseline can`;
    }
  }
}

/** `P90 TTFT (+8.1 %)`; of shares, in points. */
function effectText({ metric, ratio, difference = 0, baselineValue = 0 }: GateComparison): string {
  const { title, unit } = figureTitle(metric);
  const size =
    ratio === undefined || unit === 'share'
      ? formatDifference(difference, unit, baselineValue)
      : formatChange(ratio);
  return `${title} (${size})`;
}

function under(fixture: string | undefined): string {
  return fixture === undefined ? '' : `under ${fixture} `;
}

function passText({ comparisons, thresholds }: Omit<GateReport, 'answer'>): string[] {
  const better = comparisons.filter(({ verdict }) => verdict === 'better');
  const unknown = comparisons.filter(({ verdict }) => verdict === 'too little data');
  const contests = new Set(
    better.map(({ baseline, candidate }) => `${candidate} is better than ${baseline}`),
  );
  return [
    ...[...contests].map(
      (contest) =>
        `${contest} in ${listed(
          better
            .filter(({ baseline, candidate }) => contest === `${candidate} is better than ${baseline}`)
            .map((one) => `${effectText(one)}${one.fixture === undefined ? '' : ` under ${one.fixture}`}`),
        )}`,
    ),
    ...(comparisons.length === 0
      ? []
      : unknown.length === comparisons.length
        ? ['too little data to say whether anything is worse']
        : [
            better.length > 0 ? 'nothing is significantly worse' : 'nothing is significantly worse or better',
          ]),
    ...(thresholds.length === 0
      ? []
      : [`${plural(thresholds.length, 'threshold')} hold${thresholds.length === 1 ? 's' : ''}`]),
    ...(comparisons.length === 0 && thresholds.length === 0 ? ['there was nothing to hold it against'] : []),
  ];
}

function nextOf({ method, comparisons, thresholds }: Omit<GateReport, 'answer'>): string | undefined {
  const { pairing, pairs, pairsNeeded } = method;
  if (comparisons.length === 0)
    return thresholds.length === 0 ? 'name a second policy to compare with, or thresholds' : undefined;
  if (comparisons.every(({ verdict }) => verdict !== 'too little data')) return undefined;
  if (pairing === 'blocks') return 'record longer, or several seeds: run --replications 16';
  return `${pairs} pairs of runs cannot show a difference in ${plural(method.comparisons, 'comparison')}: use ${pairing === 'seeds' ? `run --replications ${Math.max(16, pairsNeeded)}` : `--replications ${Math.max(16, pairsNeeded)}`}`;
}
