import { queueShareOf } from '../../compare/queue-share.ts';
import { tokensPerRequest } from '../../compare/tokens-per-request.ts';
import type { RequestTable } from '../../documents/request-table.ts';
import type { RunEntry, StageReport } from '../../documents/run-report.ts';
import type {
  ValidationCell,
  ValidationKnee,
  ValidationOrder,
  ValidationReport,
} from '../../documents/validation-report.ts';
import { goalsOf } from './goals.ts';
import { splitOf } from './held-out.ts';
import { loadBinOf } from './load-bin.ts';
import { requestErrors } from './request-errors.ts';
import { summarize } from './summarize.ts';
import type { Contest, Ladder, Measurements, ValidationCase } from './validation-case.ts';

/** What became of a case: a forecast, or why there is none. */
export interface CaseOutcome {
  readonly entry?: RunEntry | undefined;
  /** Rows of the run, where the case compares requests. */
  readonly requests?: RequestTable | undefined;
  readonly reason?: string | undefined;
}

/** Forecasts beside what was measured. `outcomes` are those of `measurements.cases`, in their order. */
export function score(
  measurements: Measurements,
  outcomes: readonly CaseOutcome[],
): Pick<ValidationReport, 'cells' | 'knees' | 'orders' | 'requests' | 'notScored' | 'summary' | 'goals'> {
  const { cases, ladders, contests, notScored } = measurements;
  const entries = new Map(cases.map(({ id }, index) => [id, outcomes[index]?.entry]));
  const cells = cases.flatMap((one, index) => cellsOf(one, outcomes[index] ?? {}));
  return {
    cells,
    knees: ladders.flatMap((ladder) => kneeOf(ladder, entries)),
    orders: contests.flatMap((contest) => orderOf(contest, entries)),
    requests: cases.flatMap((one, index) => requestErrors(one, outcomes[index]?.requests)),
    notScored: [
      ...notScored,
      ...cases.flatMap(({ id }, index) => {
        const { entry, reason } = outcomes[index] ?? {};
        return entry === undefined ? [{ id, reason: reason ?? 'no forecast' }] : [];
      }),
      ...cases.flatMap((one, index) => figuresLeftOut(one, outcomes[index] ?? {})),
    ],
    summary: summarize(cells),
    goals: goalsOf(cells),
  };
}

function cellsOf(one: ValidationCase, { entry }: CaseOutcome): ValidationCell[] {
  if (entry === undefined) return [];
  const { model, hardware, engine, precision, class: accuracyClass } = one.server;
  return one.figures.flatMap((figure): ValidationCell[] => {
    const predicted = figure.predict(entry);
    if (predicted === undefined || !(figure.measured > 0)) return [];
    const { noise } = figure;
    const loadFactor = typeof figure.loadFactor === 'function' ? figure.loadFactor(entry) : figure.loadFactor;
    return [
      {
        id: figure.id === '' ? one.id : `${one.id} ${figure.id}`,
        source: one.source,
        model,
        hardware,
        metric: figure.metric,
        unit: figure.unit,
        engine,
        precision,
        class: accuracyClass,
        split: splitOf(model, hardware),
        measured: figure.measured,
        predicted,
        error: predicted / figure.measured - 1,
        ...(noise !== undefined && { noise }),
        ...(loadFactor !== undefined && { loadFactor, bin: loadBinOf(loadFactor) }),
        ...circumstances(entry, figure.part?.(entry) ?? entry),
        client: one.client,
        labels: [...new Set([...one.labels, ...entry.labels.map(({ code }) => code)])],
      },
    ];
  });
}

/** Under what load a figure was forecast. */
function circumstances(
  entry: RunEntry,
  part: RunEntry | StageReport,
): Pick<ValidationCell, 'queueShare' | 'meanRunning' | 'inputTokens' | 'outputTokens'> {
  const share = queueShareOf(part);
  const { input, output } = tokensPerRequest(part.throughput);
  const [pool] = entry.pools;
  return {
    ...(share !== undefined && { queueShare: share }),
    ...(pool?.meanRunning !== undefined && { meanRunning: pool.meanRunning }),
    ...(input !== undefined && { inputTokens: input }),
    ...(output !== undefined && { outputTokens: output }),
  };
}

/** Figures of a case that has a forecast, which cannot be compared all the same. */
function figuresLeftOut(one: ValidationCase, { entry }: CaseOutcome): ValidationReport['notScored'] {
  if (entry === undefined) return [];
  return one.figures.flatMap(({ id, metric, measured, predict }) => {
    const name = [one.id, id, metric].filter((part) => part !== '').join(' ');
    if (!(measured > 0)) return [{ id: name, reason: 'the measured value is not above zero' }];
    return predict(entry) === undefined ? [{ id: name, reason: 'the forecast has no such figure' }] : [];
  });
}

type Entries = ReadonlyMap<string, RunEntry | undefined>;

function kneeOf({ id, loadUnit, points }: Ladder, entries: Entries): ValidationKnee[] {
  const played = points.flatMap(({ load, measured, caseId, predict }) => {
    const entry = entries.get(caseId);
    const predicted = entry === undefined ? undefined : predict(entry);
    return predicted === undefined ? [] : [{ load, measured, predicted }];
  });
  if (played.length < 2) return [];
  const measured = firstBeyond(played.map((point) => point.measured));
  const predicted = firstBeyond(played.map((point) => point.predicted));
  const loadAt = (index: number): number | undefined => played[index]?.load;
  const [measuredLoad, predictedLoad] = [loadAt(measured), loadAt(predicted)];
  return [
    {
      id,
      loadUnit,
      ...(measuredLoad !== undefined && { measured: measuredLoad }),
      ...(predictedLoad !== undefined && { predicted: predictedLoad }),
      stagesApart: predicted - measured,
      points: played,
    },
  ];
}

/** Position of the first value that exceeds twice the first one; the number of values when none does. */
function firstBeyond(values: readonly number[]): number {
  const index = values.findIndex((value) => value > 2 * (values[0] ?? Infinity));
  return index < 0 ? values.length : index;
}

function orderOf({ id, metric, higherIsBetter, entrants }: Contest, entries: Entries): ValidationOrder[] {
  const played = entrants.flatMap(({ policy, measured, caseId, predict }) => {
    const entry = entries.get(caseId);
    const predicted = entry === undefined ? undefined : predict(entry);
    return predicted === undefined ? [] : [{ policy, measured, predicted }];
  });
  if (played.length < 2) return [];
  const sign = higherIsBetter ? -1 : 1;
  const by = (key: 'measured' | 'predicted'): string[] =>
    played.toSorted((a, b) => sign * (a[key] - b[key])).map(({ policy }) => policy);
  const values = (key: 'measured' | 'predicted'): Record<string, number> =>
    Object.fromEntries(played.map((one) => [one.policy, one[key]]));
  return [
    {
      id,
      metric,
      measured: by('measured'),
      predicted: by('predicted'),
      swapped: swappedPairs(played, sign),
      measuredValues: values('measured'),
      predictedValues: values('predicted'),
    },
  ];
}

/** Mean TTFT of near-identical runs differs by up to this share: policies nearer to each other have no order. */
const TOO_NEAR = 0.1;

/** Pairs that the measurement orders, and the forecast the other way round. */
function swappedPairs(
  entrants: readonly { readonly policy: string; readonly measured: number; readonly predicted: number }[],
  sign: number,
): [string, string][] {
  return entrants.flatMap((a) =>
    entrants.flatMap((b): [string, string][] => {
      const isBetter = sign * (a.measured - b.measured) < 0;
      const apart = Math.abs(a.measured - b.measured) > TOO_NEAR * Math.min(a.measured, b.measured);
      return isBetter && apart && sign * (a.predicted - b.predicted) >= 0 ? [[a.policy, b.policy]] : [];
    }),
  );
}
