import { judgeRuns } from '../compare/judge-runs.ts';
import { keepsPromises } from '../compare/slo-limit.ts';
import type { RunEntry } from '../documents/run-report.ts';
import type { Threshold } from '../documents/threshold.ts';
import type { RunInput } from '../sim/fleet/run-input.ts';
import { simulate, type Progress } from '../sim/fleet/simulate.ts';
import { givingUp, PromiseBroken } from './give-up.ts';
import { targetSlack, type TargetSlack } from './target-slack.ts';

/** What became of one fleet under one load. */
export interface PlayedCandidate {
  readonly outcome: 'meets' | 'misses' | 'unstable';
  /** What was promised and is not kept, in words; undefined when it meets. */
  readonly violated: string | undefined;
  /** Of the whole workload; undefined when the run was shortened because it had failed already. */
  readonly entry: RunEntry | undefined;
  /** Requests that a shortened run offered. */
  readonly shortenedTo: number | undefined;
  /** At which targets this fleet would just keep its promise. */
  readonly slack: TargetSlack | undefined;
}

export interface CandidateRun {
  readonly input: RunInput;
  readonly thresholds: readonly Threshold[];
  /** Requests of the workload, where a run that has failed may be shortened; undefined = play all of it. */
  readonly mayShorten: number | undefined;
}

/** Simulates a fleet and holds it against its promise. Throws InvariantError when a law is broken. */
export function playCandidate(
  { input, thresholds, mayShorten }: CandidateRun,
  onProgress?: (progress: Progress) => void,
): PlayedCandidate {
  const { slo, client, warmup, workload } = input;
  // A client that holds requests back starts their clock when it sends them: the watcher would count too early.
  const watches =
    mayShorten !== undefined && slo !== undefined && warmup === 0 && client.maxInFlight === undefined;
  try {
    const watched = watches ? givingUp(workload, slo, mayShorten) : workload;
    const record = simulate({ ...input, workload: watched }, onProgress);
    const { runs } = judgeRuns({
      records: [record],
      attainment: slo?.attainment,
      thresholds,
      seed: input.seed,
    });
    const entry = runs[0] ?? record.entry;
    const meets = keepsPromises([entry]) ?? entry.verdict !== 'unstable';
    return {
      outcome: meets ? 'meets' : entry.verdict === 'unstable' ? 'unstable' : 'misses',
      violated: meets ? undefined : violationOf(entry, slo?.attainment),
      entry,
      shortenedTo: undefined,
      slack: slo === undefined ? undefined : targetSlack(record.requests, slo),
    };
  } catch (error) {
    if (!(error instanceof PromiseBroken)) throw error;
    const share = ((100 * error.misses) / (mayShorten ?? Infinity)).toFixed(1);
    return {
      outcome: 'misses',
      violated: `${share} % of all requests had missed their targets after ${error.offered.toLocaleString('en-US')} arrivals`,
      entry: undefined,
      shortenedTo: error.offered,
      slack: undefined,
    };
  }
}

/** The promise that a run does not keep, in words. */
function violationOf(entry: RunEntry, target: number | undefined): string {
  if (entry.verdict === 'unstable') return 'unstable: more arrives than is served';
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const parts = [
    ...(entry.classes ?? []).filter(({ requests }) => requests.offered > 0),
    { name: undefined, goodput: entry.goodput },
  ];
  const missed = parts.find(({ goodput }) => {
    const reached = goodput?.attainmentLowerBound ?? goodput?.attainment;
    return target !== undefined && reached !== undefined && reached < target;
  });
  if (missed !== undefined && target !== undefined) {
    const { attainment = 0, attainmentLowerBound: bound } = missed.goodput ?? {};
    const whose = missed.name === undefined ? '' : ` of class ${missed.name}`;
    return `attainment${whose} ${percent(attainment)}${bound === undefined ? '' : ` (at least ${percent(bound)})`}, promised ${percent(target)}`;
  }
  const broken = entry.thresholds?.find(({ ok }) => !ok);
  return broken === undefined ? 'the SLO is missed' : `threshold ${broken.expression}`;
}
