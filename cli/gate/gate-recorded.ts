import { didYouMean } from '../../base/nearest.ts';
import { UserError } from '../../base/user-error.ts';
import { figureOf, steadyFigureOf, type FiguredRun } from '../../compare/figure-of.ts';
import { gateFigures, type GateFigure } from '../../compare/gate/gate-figures.ts';
import { judgeBlocks } from '../../compare/gate/judge-blocks.ts';
import type { GateReport } from '../../documents/gate-report.ts';
import type { Threshold } from '../../documents/threshold.ts';
import { simulatedSeconds, summarise } from '../../sim/metrics/summary.ts';
import { packageVersion } from '../package-root.ts';
import { changesBetween } from './decisions-changed.ts';
import { gateReportOf, judgeSides, pairedValues, type GateSide } from './gate-report-of.ts';
import { missingRequests } from './missing-requests.ts';
import { endpointsOf } from './play-gate-run.ts';
import { readRecordedRuns, type RecordedRun, type RecordedRuns, type RecordedWith } from './recorded-runs.ts';

export interface RecordedGate {
  /** Two per-request CSVs. */
  readonly baseline: string;
  readonly candidate: string;
  /** Of these policies, where the files have several. */
  readonly policies: readonly string[] | undefined;
  readonly seed: number;
  readonly cwd: string;
  /** Where a scenario says what is promised. */
  readonly scenario:
    | (RecordedWith & {
        readonly name: string;
        readonly sha256: string;
        readonly thresholds: readonly Threshold[];
      })
    | undefined;
}

/** From so many common seeds on, runs are paired by seed. */
const FEWEST_SEEDS = 8;

/**
 * The gate of two per-request CSVs. With eight common seeds or more, runs are paired by seed; with fewer, what single runs
 * hold is resampled. Throws UserError for files of different workloads, and for those that have no policy to compare.
 */
export function gateRecorded(gate: RecordedGate): GateReport {
  const context = { slo: gate.scenario?.slo, warmup: gate.scenario?.warmup ?? 0 };
  const [before, after] = [gate.baseline, gate.candidate].map((file) =>
    readRecordedRuns(file, gate.cwd, context),
  ) as [RecordedRuns, RecordedRuns];
  if (before.workloadSha256 !== after.workloadSha256) {
    throw new UserError({
      code: 'E_WORKLOAD',
      message: `${before.file} and ${after.file} hold different requests (workloadSha256 ${before.workloadSha256.slice(0, 12)}… and ${after.workloadSha256.slice(0, 12)}…)`,
      hint: 'compare runs of the same workload: same trace, load, --requests and fixture',
    });
  }
  const thresholds = gate.scenario?.thresholds ?? [];
  const figures = gateFigures(thresholds);
  const contests = contestsOf(before, after, gate.policies);
  for (const { baseline, candidate } of contests) {
    for (const [index, run] of baseline.entries()) {
      refuseCutRuns({ file: before.file, run }, { file: after.file, run: candidate[index] });
    }
  }
  const side = (file: string, runs: readonly RecordedRun[]): GateSide => ({
    name: `${runs[0]?.policy} (${file})`,
    runs: runs.map((run) => gateRunOf(run, figures, thresholds)),
  });
  const sided = contests.map((contest) => ({
    contest,
    pair: {
      fixture: undefined,
      baseline: side(before.file, contest.baseline),
      candidate: side(after.file, contest.candidate),
    },
  }));
  const pairs = sided.map(({ pair }) => pair);
  const seeds = contests[0]?.baseline.map(({ seed }) => seed) ?? [];
  const bySeed = contests.every(({ baseline }) => baseline.length >= FEWEST_SEEDS);
  const report = gateReportOf({
    manifest: {
      scenario: gate.scenario?.name ?? `${before.file} and ${after.file}`,
      ...(gate.scenario !== undefined && { scenarioSha256: gate.scenario.sha256 }),
      workloadSha256: before.workloadSha256,
      fleetcastVersion: packageVersion(),
      seeds,
    },
    pairing: bySeed ? 'seeds' : 'blocks',
    pairs,
    judged: bySeed
      ? judgeSides(pairs, figures, gate.seed)
      : judgeBlocks(
          sided.map(({ contest, pair }) => ({
            baseline: contest.baseline.map(({ requests }) => requests),
            candidate: contest.candidate.map(({ requests }) => requests),
            values: pairedValues(pair, figures),
          })),
          gate.seed,
        ),
    thresholds,
    fixtures: [],
    decisions: sided.map(({ contest, pair }) => ({
      baseline: pair.baseline.name,
      candidate: pair.candidate.name,
      ...changesBetween(firstEndpoints(contest.baseline), firstEndpoints(contest.candidate)),
    })),
  });
  return { ...report, labels: [...report.labels, ...recordedLabels(bySeed)] };
}

/** Where the first of these runs sent each request. */
function firstEndpoints([run]: readonly RecordedRun[]): ReturnType<typeof endpointsOf> {
  return run === undefined ? [] : endpointsOf(run.requests);
}

interface RunOfFile {
  readonly file: string;
  readonly run: RecordedRun | undefined;
}

/** Throws UserError where one of two runs on the same traffic lacks requests of the other: part of a run says nothing. */
function refuseCutRuns(first: RunOfFile, second: RunOfFile): void {
  for (const [own, other] of [
    [first, second],
    [second, first],
  ] as const) {
    if (own.run === undefined || other.run === undefined) continue;
    const missing = missingRequests(own.run.requests, other.run.requests);
    if (missing.length === 0) continue;
    const { policy, seed, requests } = own.run;
    throw new UserError({
      code: 'E_WORKLOAD',
      message: `${own.file} lacks ${missing.length} requests of ${other.file}, such as ${missing[0]}: it has ${requests.rows} of policy ${policy} with seed ${seed}, the other ${other.run.requests.rows}`,
      hint: 'the file is cut short; write it again with: fleetcast run SCENARIO --per-request -o csv=FILE',
    });
  }
}

interface RecordedContest {
  /** Of the common seeds, in ascending order. */
  readonly baseline: readonly RecordedRun[];
  readonly candidate: readonly RecordedRun[];
}

/** Policies of equal name in both files, or the only one of each. */
function contestsOf(
  before: RecordedRuns,
  after: RecordedRuns,
  asked: readonly string[] | undefined,
): RecordedContest[] {
  const [old, now] = [before, after].map(({ runs }) => [...new Set(runs.map(({ policy }) => policy))]);
  const [onlyOld, onlyNow] = [old?.length === 1 ? old[0] : undefined, now?.length === 1 ? now[0] : undefined];
  const common = (old ?? []).filter((name) => now?.includes(name) === true);
  const names =
    asked === undefined && onlyOld !== undefined && onlyNow !== undefined
      ? [[onlyOld, onlyNow] as const]
      : (asked ?? common).map((name) => [name, name] as const);
  const contests = names.map(([first, second]): RecordedContest => {
    for (const [name, file] of [
      [first, before],
      [second, after],
    ] as const) {
      const known = [...new Set(file.runs.map(({ policy }) => policy))];
      if (known.includes(name)) continue;
      throw new UserError({
        code: 'E_UNKNOWN_POLICY',
        message: `${file.file} has no runs of policy "${name}"`,
        hint: didYouMean(name, known) ?? `policies in it: ${known.join(', ')}`,
      });
    }
    const pick = (file: RecordedRuns, policy: string): RecordedRun[] =>
      file.runs.filter((run) => run.policy === policy).sort((a, b) => a.seed - b.seed);
    const [baseline, candidate] = [pick(before, first), pick(after, second)];
    const isCommon = (runs: readonly RecordedRun[]) => (run: RecordedRun) =>
      runs.some(({ seed }) => seed === run.seed);
    return {
      baseline: baseline.filter(isCommon(candidate)),
      candidate: candidate.filter(isCommon(baseline)),
    };
  });
  if (contests.length > 0 && contests.every(({ baseline }) => baseline.length > 0)) return contests;
  throw new UserError({
    code: 'E_CSV',
    message: `${before.file} and ${after.file} have no ${contests.length === 0 ? 'policy' : 'seed'} in common`,
    hint:
      contests.length === 0
        ? `one has ${old?.join(', ')}, the other ${now?.join(', ')}; write files of one policy each with run --policy NAME`
        : 'run both with the same --seed and --replications',
  });
}

/** Figures that a CSV does not hold: gaps between tokens, preemptions and cost belong to a run, not to requests. */
function gateRunOf(
  { seed, requests }: RecordedRun,
  figures: readonly GateFigure[],
  thresholds: readonly Threshold[],
): GateSide['runs'][number] {
  const summary = summarise(requests, () => true, simulatedSeconds(requests));
  const classes = requests.dictionaries.classes.map((name, code) => ({
    name,
    ...summarise(requests, (row) => requests.classCode?.[row] === code, undefined),
  }));
  const run: FiguredRun = { entry: { ...summary, classes }, requests };
  return {
    seed,
    verdict: undefined,
    requests: summary.requests,
    labels: [],
    values: figures.map(({ figure }) => figureOf(figure, run)),
    promised: thresholds.map((threshold) => steadyFigureOf(threshold, run)),
  };
}

function recordedLabels(bySeed: boolean): GateReport['labels'] {
  return [
    {
      code: 'recorded-runs',
      text: 'recorded runs do not say whether the fleet kept up: latencies of an unstable run depend on how long one looks',
    },
    ...(bySeed
      ? []
      : [
          {
            code: 'single-runs',
            text: `fewer than ${FEWEST_SEEDS} common seeds: intervals come from resampling the requests of single runs, which does not know how runs differ from each other`,
          },
        ]),
  ];
}
