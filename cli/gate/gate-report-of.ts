import { holdThreshold } from '../../compare/evaluate-threshold.ts';
import type { GateFigure } from '../../compare/gate/gate-figures.ts';
import { judgePairs, LEVEL, type JudgedPairs, type PairedValues } from '../../compare/gate/judge-pairs.ts';
import { meanOfAll } from '../../compare/mean.ts';
import { gateFailures } from '../../documents/gate-failures.ts';
import type { GateDecisions, GatePolicy, GateReport, GateThreshold } from '../../documents/gate-report.ts';
import { RELEVANT_SHARE } from '../../documents/metric.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import type { Threshold } from '../../documents/threshold.ts';
import { gateAnswerOf } from '../../reports/gate/gate-answer.ts';
import type { GateRun } from '../jobs/task.ts';
import { mergedLabels } from '../../reports/sweep/merged-labels.ts';

/** Runs of one arm as a gate looks at them. */
export interface GateSide {
  readonly name: string;
  readonly runs: readonly Omit<GateRun, 'endpoints' | 'decisions' | 'nothing'>[];
}

export interface GatePair {
  readonly fixture: string | undefined;
  readonly baseline: GateSide;
  readonly candidate: GateSide;
}

export interface GateFindings {
  readonly manifest: GateReport['manifest'];
  readonly pairing: GateReport['method']['pairing'];
  readonly judged: JudgedPairs;
  readonly pairs: readonly GatePair[];
  /** Where nothing is compared: a policy that is held against thresholds alone. */
  readonly alone?: GateSide;
  readonly thresholds: readonly Threshold[];
  readonly fixtures: readonly string[];
  readonly decisions: readonly GateDecisions[];
}

/** Judges runs that come in pairs, all figures of all pairs of sides together. */
export function judgeSides(
  pairs: readonly GatePair[],
  figures: readonly GateFigure[],
  seed: number,
): JudgedPairs {
  return judgePairs(
    pairs.flatMap((pair) => pairedValues(pair, figures)),
    seed,
  );
}

/** Each figure of two sides, run after run. */
export function pairedValues(
  { fixture, baseline, candidate }: GatePair,
  figures: readonly GateFigure[],
): PairedValues[] {
  return figures.map(({ path, better }, place) => ({
    baseline: baseline.name,
    candidate: candidate.name,
    metric: path,
    better,
    fixture,
    baselineValues: baseline.runs.map(({ values }) => values[place]),
    candidateValues: candidate.runs.map(({ values }) => values[place]),
  }));
}

/** The report of a gate: comparisons, thresholds, and whether the candidates pass. */
export function gateReportOf(findings: GateFindings): GateReport {
  const { manifest, pairing, pairs, judged, alone, thresholds, fixtures, decisions } = findings;
  const { comparisons, family, pairsNeeded } = judged;
  const held = [
    ...(alone === undefined ? [] : holdAll(thresholds, undefined, alone, undefined)),
    ...pairs.flatMap(({ fixture, baseline, candidate }) => holdAll(thresholds, baseline, candidate, fixture)),
  ];
  const sides = [
    ...(alone === undefined ? [] : [{ side: alone, fixture: undefined }]),
    ...pairs.flatMap(({ fixture, baseline, candidate }) => [
      { side: baseline, fixture },
      { side: candidate, fixture },
    ]),
  ];
  const policies = new Map(
    sides.map(({ side, fixture }) => [`${fixture} ${side.name}`, policyOf(side, fixture)]),
  );
  const outcome = { thresholds: held, comparisons: [...comparisons], policies: [...policies.values()] };
  const report: Omit<GateReport, 'answer'> = {
    apiVersion: API_VERSION,
    kind: 'GateReport',
    manifest,
    verdict: gateFailures(outcome).length === 0 ? 'pass' : 'fail',
    method: {
      pairing,
      pairs: (pairs[0]?.candidate ?? alone)?.runs.length ?? 0,
      pairsNeeded,
      level: LEVEL,
      comparisons: family,
      relevantShare: RELEVANT_SHARE,
      fixtures: [...fixtures],
    },
    ...outcome,
    decisions: [...decisions],
    labels: labelsOf(sides.map(({ side }) => side)),
  };
  return { ...report, answer: gateAnswerOf(report) };
}

/**
 * Thresholds are held against means over the runs. Under a fixture only those relative to the baseline: what was promised
 * of the traffic as it is says nothing of a replica that is lost.
 */
function holdAll(
  thresholds: readonly Threshold[],
  baseline: GateSide | undefined,
  { name, runs }: GateSide,
  fixture: string | undefined,
): GateThreshold[] {
  return thresholds.flatMap((threshold, place): GateThreshold[] => {
    const isRelative = 'timesBaseline' in threshold.limit;
    if (isRelative ? baseline === undefined : fixture !== undefined) return [];
    const result = holdThreshold(
      threshold,
      name,
      meanPromised(runs, place),
      baseline && meanPromised(baseline.runs, place),
    );
    return [{ ...result, ...(fixture !== undefined && { fixture }) }];
  });
}

/** Undefined when one of the runs does not have it. */
function meanPromised(runs: GateSide['runs'], place: number): number | undefined {
  return meanOfAll(runs.map(({ promised }) => promised[place]));
}

function policyOf({ name, runs }: GateSide, fixture: string | undefined): GatePolicy {
  const sum = (of: (run: GateSide['runs'][number]) => number): number =>
    runs.reduce((total, run) => total + of(run), 0);
  return {
    policy: name,
    ...(fixture !== undefined && { fixture }),
    runs: runs.length,
    ...(runs.every(({ verdict }) => verdict !== undefined) && {
      unstable: sum(({ verdict }) => (verdict === 'unstable' ? 1 : 0)),
    }),
    offered: sum(({ requests }) => requests.offered),
    completed: sum(({ requests }) => requests.completed),
  };
}

/** Each label once; those of several runs that differ in their numbers alone are one. */
function labelsOf(sides: readonly GateSide[]): GateReport['labels'] {
  return mergedLabels(sides.flatMap(({ runs }) => runs.flatMap((run) => run.labels)));
}
