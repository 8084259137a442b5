import { grouped } from '../../base/grouped.ts';
import { log } from '../../base/math.ts';
import { regimeOf } from '../../compare/queue-share.ts';
import { kindOfReason } from '../../documents/kind-of-reason.ts';
import {
  LATENCY_FAMILIES,
  type LatencyFamily,
  type ModelError,
  type Residual,
} from '../../documents/model-error.ts';
import type { ValidationCell, ValidationReport } from '../../documents/validation-report.ts';
import { errorFigures } from './error-figures.ts';

/** What later forecasts need to know of these errors, and a reader of the README. */
export function modelErrorOf(report: ValidationReport): ModelError {
  const { apiVersion, manifest, cells, goals, knees, orders, notScored } = report;
  const largest = (of: (cell: ValidationCell) => number | undefined): number =>
    cells.reduce((most, cell) => Math.max(most, of(cell) ?? 0), 0);
  const reasons = grouped(notScored, ({ reason }) => kindOfReason(reason));
  return {
    apiVersion,
    kind: 'ModelError',
    manifest,
    residuals: LATENCY_FAMILIES.flatMap((family) => residualsOf(family, cells)),
    range: {
      gpus: [...new Set(cells.map(({ hardware }) => hardware))].sort(),
      meanRunning: largest(({ meanRunning }) => meanRunning),
      inputTokens: largest(({ inputTokens }) => inputTokens),
      outputTokens: largest(({ outputTokens }) => outputTokens),
    },
    goals: [...goals],
    pairs: pairsOf(cells),
    knees: {
      near: knees.filter(({ stagesApart }) => Math.abs(stagesApart) <= 1).length,
      count: knees.length,
    },
    orders: {
      right: orders.filter(({ swapped }) => swapped.length === 0).length,
      count: orders.length,
    },
    notScored: [...reasons].map(([reason, own]) => ({ reason, count: own.length })),
  };
}

/** Of each class under each regime, of each regime, and of everything. */
function residualsOf(family: LatencyFamily, cells: readonly ValidationCell[]): Residual[] {
  const own = cells.filter(
    ({ metric, predicted, queueShare }) =>
      metric.startsWith(`${family}.`) && predicted > 0 && queueShare !== undefined,
  );
  const regime = ({ queueShare = 0 }: ValidationCell) => regimeOf(queueShare);
  const byBoth = grouped(own, (cell) => `${cell.class} ${regime(cell)}`);
  const byRegime = grouped(own, regime);
  const groups = [
    ...[...byBoth.values()].map((group) => ({ group, withClass: true, withRegime: true })),
    ...[...byRegime.values()].map((group) => ({ group, withClass: false, withRegime: true })),
    { group: own, withClass: false, withRegime: false },
  ];
  return groups.flatMap(({ group, withClass, withRegime }): Residual[] => {
    const [first] = group;
    if (first === undefined) return [];
    const pairs = grouped(group, pairOf);
    return [
      {
        family,
        ...(withClass && { class: first.class }),
        ...(withRegime && { regime: regime(first) }),
        count: group.length,
        pairs: pairs.size,
        logErrors: quantilesOf(
          [...pairs.values()].flatMap((pair) =>
            pair.map(({ predicted, measured }) => ({
              value: log(predicted / measured),
              weight: 1 / pair.length,
            })),
          ),
        ),
      },
    ];
  });
}

function pairOf({ model, hardware }: ValidationCell): string {
  return `${model} ${hardware}`;
}

/** Quantiles of weighted values at 0, 5, ... 100 %: linear between the middles of their weights; four decimals. */
function quantilesOf(values: readonly { readonly value: number; readonly weight: number }[]): number[] {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  const places = sorted.map(({ weight }) => {
    before += weight;
    return (before - weight / 2) / total;
  });
  return Array.from({ length: 21 }, (_, k) => {
    const share = k / 20;
    const next = places.findIndex((place) => place >= share);
    const high = next < 0 ? sorted.length - 1 : next;
    const low = next < 0 ? high : Math.max(0, next - 1);
    const [from, to] = [places[low] ?? 0, places[high] ?? 0];
    const part = to > from ? Math.min(1, Math.max(0, (share - from) / (to - from))) : 0;
    const [a, b] = [sorted[low]?.value ?? NaN, sorted[high]?.value ?? NaN];
    return Number((a + (b - a) * part).toFixed(4));
  });
}

const SHOWN = ['tpot.mean', 'e2e.mean', 'ttft.mean'];

/** Below the knee first, the worst pair first: by the mean error of TPOT. */
function pairsOf(cells: readonly ValidationCell[]): ModelError['pairs'] {
  const shown = cells.filter(({ metric }) => SHOWN.includes(metric));
  const groups = grouped(shown, (cell) => `${pairOf(cell)} ${cell.precision} ${cell.bin === 'knee'}`);
  return [...groups.values()]
    .flatMap((own) => {
      const [first] = own;
      if (first === undefined) return [];
      const { model, hardware, split, precision, bin } = first;
      const errors = SHOWN.flatMap((metric) => {
        const group = own.filter((cell) => cell.metric === metric);
        if (group.length === 0) return [];
        const { pairs: _, indicative: __, ...figures } = errorFigures(group);
        return [{ metric, ...figures }];
      });
      return [{ knee: bin === 'knee', model, hardware, split, precision, errors }];
    })
    .toSorted(
      (a, b) =>
        Number(a.knee) - Number(b.knee) ||
        (b.errors[0]?.meanAbsoluteError ?? 0) - (a.errors[0]?.meanAbsoluteError ?? 0),
    );
}
