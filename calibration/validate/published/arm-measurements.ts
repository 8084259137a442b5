import type { RunEntry, StageReport } from '../../../documents/run-report.ts';
import { meanOfAll } from '../../../compare/mean.ts';
import { noiseOf } from '../noise.ts';
import type { Contest, MeasuredFigure, MeasuredServer, Measurements } from '../validation-case.ts';
import type { ClusterRow } from './experiment-schema.ts';

/** A policy of a published fleet, ready to be played, with its results. */
export interface PlayedArm {
  readonly id: string;
  readonly policy: string;
  readonly source: string;
  readonly scenario: { readonly file: string; readonly text: string };
  readonly server: MeasuredServer;
  readonly labels: readonly string[];
  /** Of every repetition. */
  readonly rows: readonly ClusterRow[];
  /** Without those that warm up. */
  readonly stages: readonly {
    readonly rate: number;
    readonly requests: number;
    readonly at: (entry: RunEntry) => StageReport | undefined;
  }[];
}

type PlayedStage = PlayedArm['stages'][number];

const FIGURES = [
  { metric: 'ttft.mean', key: 'ttftMeanS', seconds: 1, of: (stage: StageReport) => stage.ttft.mean },
  { metric: 'ttft.p90', key: 'ttftP90S', seconds: 1, of: (stage: StageReport) => stage.ttft.p90 },
  { metric: 'tpot.mean', key: 'tpotMeanMs', seconds: 1e-3, of: (stage: StageReport) => stage.tpot.mean },
  { metric: 'e2e.mean', key: 'e2eMeanS', seconds: 1, of: (stage: StageReport) => stage.e2e.mean },
  { metric: 'e2e.p90', key: 'e2eP90S', seconds: 1, of: (stage: StageReport) => stage.e2e.p90 },
] as const;

/**
 * Per stage the latencies, per policy the knee, and the order of the policies by the request-weighted means over the stages
 * (which is how the reports sum up P90s) and by output tokens per second at the highest rate.
 */
export function armMeasurements(id: string, arms: readonly PlayedArm[]): Measurements {
  return {
    cases: arms.map((arm) => {
      const { source, scenario, policy, server, labels, stages } = arm;
      const figures = stages.flatMap((stage) => figuresOf(arm, stage));
      return { id: arm.id, source, scenario, policy, server, client: 'documented', labels, figures };
    }),
    ladders: arms.map((arm) => ({
      id: arm.id,
      loadUnit: 'requests/s',
      points: arm.stages.flatMap(({ rate, at }) => {
        const measured = measuredAt(arm, rate, 'ttftMeanS');
        const predict = (entry: RunEntry): number | undefined => at(entry)?.ttft.mean;
        return measured === undefined ? [] : [{ load: rate, measured, caseId: arm.id, predict }];
      }),
    })),
    contests: [
      contest(id, 'ttft.mean', arms, 'ttftMeanS', ({ ttft }) => ttft.mean),
      contest(id, 'ttft.p90', arms, 'ttftP90S', ({ ttft }) => ttft.p90),
      highestRate(id, arms),
    ],
    notScored: [],
  };
}

type Key = (typeof FIGURES)[number]['key'] | 'outputTokPerSec';

function valuesAt({ rows }: PlayedArm, rate: number, key: Key): number[] {
  return rows
    .filter(({ ratePerSec, nominalRatePerSec }) => (ratePerSec ?? nominalRatePerSec) === rate)
    .flatMap((row) => row[key] ?? []);
}

/** Mean of the repetitions. */
function measuredAt(arm: PlayedArm, rate: number, key: Key): number | undefined {
  const values = valuesAt(arm, rate, key);
  return meanOfAll(values);
}

function figuresOf(arm: PlayedArm, stage: PlayedStage): MeasuredFigure[] {
  return FIGURES.flatMap(({ metric, key, seconds, of }): MeasuredFigure[] => {
    const measured = measuredAt(arm, stage.rate, key);
    if (measured === undefined) return [];
    return [
      {
        id: `${stage.rate}/s`,
        metric,
        unit: 's',
        measured: measured * seconds,
        predict: (entry) => {
          const report = stage.at(entry);
          return report === undefined ? undefined : of(report);
        },
        part: stage.at,
        noise: noiseOf(valuesAt(arm, stage.rate, key)),
        loadFactor: (entry) => loadFactorOf(arm, stage, entry),
      },
    ];
  });
}

/**
 * Offered rate over the plateau: the highest tokens per second of the policy over the tokens of a request. The reports count
 * tokens by tokenising the text anew, so those of a request are what the lowest stage counted: its tokens per second x its
 * time to the end of its last request (as forecast) / its requests.
 */
function loadFactorOf(arm: PlayedArm, { rate }: PlayedStage, entry: RunEntry): number | undefined {
  const [lowest] = arm.stages;
  const wall = lowest?.at(entry)?.wallSeconds;
  const counted = lowest === undefined ? undefined : measuredAt(arm, lowest.rate, 'outputTokPerSec');
  if (lowest === undefined || wall === undefined || counted === undefined) return undefined;
  const plateau = Math.max(
    ...arm.stages.flatMap((stage) => measuredAt(arm, stage.rate, 'outputTokPerSec') ?? []),
  );
  return (rate * counted * wall) / lowest.requests / plateau;
}

function contest(
  id: string,
  metric: string,
  arms: readonly PlayedArm[],
  key: Key,
  of: (stage: StageReport) => number | undefined,
): Contest {
  return {
    id,
    metric,
    higherIsBetter: false,
    entrants: arms.flatMap((arm) => {
      const measured = weightedMean(arm.stages, ({ rate }) => measuredAt(arm, rate, key));
      const predict = (entry: RunEntry): number | undefined =>
        weightedMean(arm.stages, ({ at }) => {
          const report = at(entry);
          return report === undefined ? undefined : of(report);
        });
      return measured === undefined ? [] : [{ policy: arm.policy, measured, caseId: arm.id, predict }];
    }),
  };
}

/** By requests, over the stages that have a value. */
function weightedMean(
  stages: readonly PlayedStage[],
  valueOf: (stage: PlayedStage) => number | undefined,
): number | undefined {
  let [sum, requests] = [0, 0];
  for (const stage of stages) {
    const value = valueOf(stage);
    if (value === undefined) continue;
    sum += value * stage.requests;
    requests += stage.requests;
  }
  return requests === 0 ? undefined : sum / requests;
}

function highestRate(id: string, arms: readonly PlayedArm[]): Contest {
  return {
    id,
    metric: 'throughput.outputTokensPerSecond',
    higherIsBetter: true,
    entrants: arms.flatMap((arm) => {
      const last = arm.stages.at(-1);
      const measured = last === undefined ? undefined : measuredAt(arm, last.rate, 'outputTokPerSec');
      const predict = (entry: RunEntry): number | undefined =>
        last?.at(entry)?.throughput.outputTokensPerSecond;
      return measured === undefined ? [] : [{ policy: arm.policy, measured, caseId: arm.id, predict }];
    }),
  };
}
