import type { SloLimit, SweepPointValues, SweepReport } from '../../documents/sweep-report.ts';
import { bandText } from '../band-rows.ts';
import { policyFigures, type PolicyFigures } from '../policy-figures.ts';

/** A sweep as people look at it: along one axis, once for each combination of the others. */
export interface SweepView {
  /** Name of the axis along which one looks, as short as it can be told apart. */
  readonly axis: string;
  /** Whether it holds one number per point. */
  readonly isNumeric: boolean;
  /** All policies, the baseline first. */
  readonly policies: readonly string[];
  readonly groups: readonly SweepGroup[];
}

/** One combination of the other axes. */
interface SweepGroup {
  /** `replicas 4, split 2/6`; empty when there is no other axis. */
  readonly title: string;
  readonly series: readonly SweepSeries[];
}

/** What becomes of one policy along the axis. */
export interface SweepSeries {
  readonly policy: string;
  /** Among the policies of the report. */
  readonly position: number;
  readonly steps: readonly SweepStep[];
  readonly limit: SloLimit | undefined;
}

export interface SweepStep {
  /** `1.5`, or `2/6` where several values move together. */
  readonly label: string;
  readonly value: number | undefined;
  readonly figures: PolicyFigures;
  /** Where measurements would probably lie, by metric (`ttft.p90`). */
  readonly bands: ReadonlyMap<string, string>;
}

/** Looks along the axis of the load; without one along a range, or the last axis. */
export function sweepView(report: SweepReport): SweepView {
  const { axes, cells, largestMeetingSlo } = report;
  const along = (matches: (axis: SweepReport['axes'][number]) => boolean): number => axes.findIndex(matches);
  const shown =
    [
      along(({ name }) => name === largestMeetingSlo?.axis),
      along(({ range }) => range !== undefined),
      axes.length - 1,
    ].find((axis) => axis >= 0) ?? 0;
  const policies = [...new Set(cells.flatMap(({ runs }) => runs.map(({ policy }) => policy)))];
  const groups = new Map(cells.map(({ points }) => [keyOf(points, shown), points.toSpliced(shown, 1)]));
  return {
    axis: shortName(axes[shown]?.name ?? ''),
    isNumeric: (axes[shown]?.points ?? []).every((point) => numberOf(point) !== undefined),
    policies,
    groups: [...groups].map(([key, others]) => ({
      title: others
        .map((point, k) => `${shortName(axes.toSpliced(shown, 1)[k]?.name ?? '')} ${pointLabel(point)}`)
        .join(', '),
      series: policies.map((policy, position) => ({
        policy,
        position,
        steps: cells
          .filter(({ points }) => keyOf(points, shown) === key)
          .flatMap(({ points, runs, bands = [] }) =>
            policyFigures({ runs: runs.filter((run) => run.policy === policy) }).map((figures) => ({
              label: pointLabel(points[shown] ?? {}),
              value: numberOf(points[shown] ?? {}),
              figures,
              bands: new Map(
                bands.filter((band) => band.policy === policy).map((band) => [band.metric, bandText(band)]),
              ),
            })),
          ),
        limit: largestMeetingSlo?.found.find(
          (limit) => limit.policy === policy && JSON.stringify(limit.points) === JSON.stringify(others),
        ),
      })),
    })),
  };
}

/** Whether every seed meets the SLO; undefined without one. */
export function meetsSlo({ entries }: PolicyFigures): boolean | undefined {
  if (entries.some(({ goodput }) => goodput?.meetsSlo === undefined)) return undefined;
  return entries.every(({ goodput }) => goodput?.meetsSlo === true);
}

/** The last key of a path: `rate_scale`; any other name as it is. */
function shortName(name: string): string {
  return name.startsWith('spec.') ? (name.split('.').at(-1) ?? name) : name;
}

/** The values of a point, a slash between them. */
function pointLabel(point: SweepPointValues): string {
  return Object.values(point)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join('/');
}

function numberOf(point: SweepPointValues): number | undefined {
  const values = Object.values(point);
  const [value] = values;
  return values.length === 1 && typeof value === 'number' ? value : undefined;
}

function keyOf(points: readonly SweepPointValues[], shown: number): string {
  return JSON.stringify(points.toSpliced(shown, 1));
}
