import { keepsPromises, sloLimit } from '../../compare/slo-limit.ts';
import { API_VERSION } from '../../documents/run-report.ts';
import type { SloLimit, SweepReport } from '../../documents/sweep-report.ts';
import { sweepAnswerOf } from '../../reports/sweep/sweep-answer.ts';
import { packageVersion } from '../package-root.ts';
import { valueOf, type PlayedCell, type Sweep } from './play-sweep.ts';

export interface PlayedSweep {
  readonly sweep: Sweep;
  readonly scenario: string;
  readonly workloadSha256: string;
  readonly cells: readonly PlayedCell[];
}

/** The report of a sweep: what was played where, up to which load each policy meets the SLO, and the answer in words. */
export function sweepReportOf({ sweep, scenario, workloadSha256, cells }: PlayedSweep): SweepReport {
  const { axes, loadAxis } = sweep;
  const load = loadAxis === undefined ? undefined : axes[loadAxis];
  const found = loadAxis === undefined ? [] : limitsOf(sweep, loadAxis, cells);
  const report: SweepReport = {
    apiVersion: API_VERSION,
    kind: 'SweepReport',
    manifest: {
      scenario,
      scenarioSha256: sweep.scenarioSha256,
      workloadSha256,
      fleetcastVersion: packageVersion(),
      seeds: [...sweep.seeds],
    },
    axes: axes.map(({ name, points, range }, axis) => ({
      name,
      points:
        range === undefined
          ? points.map(({ changes }) => changes)
          : uniquePoints(cells.map((cell) => cell.points[axis]?.changes ?? {})),
      ...(range !== undefined && { range: [range.from, range.to] as [number, number] }),
    })),
    cells: cells.map(({ points, runs, bands }) => ({
      points: points.map(({ changes }) => changes),
      runs: [...runs],
      ...(bands.length > 0 && { bands: [...bands] }),
    })),
    ...(load !== undefined && found.length > 0 && { largestMeetingSlo: { axis: load.name, found } }),
  };
  return { ...report, answer: sweepAnswerOf(report) };
}

/** One limit per combination of the other axes and policy; none where nothing was promised. */
function limitsOf({ policies }: Sweep, loadAxis: number, cells: readonly PlayedCell[]): SloLimit[] {
  const othersOf = ({ points }: PlayedCell) => points.toSpliced(loadAxis, 1).map(({ changes }) => changes);
  const groups = new Map(cells.map((cell) => [JSON.stringify(othersOf(cell)), othersOf(cell)]));
  return [...groups].flatMap(([key, points]) =>
    policies.flatMap((policy): SloLimit[] => {
      const loads = cells
        .filter((cell) => JSON.stringify(othersOf(cell)) === key)
        .flatMap((cell) => {
          const value = valueOf(cell.points[loadAxis]);
          const meets = keepsPromises(cell.runs.filter((entry) => entry.policy === policy));
          return value === undefined || meets === undefined ? [] : [{ value, meets }];
        });
      if (loads.length === 0) return [];
      const { value, missesFrom, meetsAgainAt } = sloLimit(loads);
      return [
        {
          policy,
          points: [...points],
          ...(value !== undefined && { value }),
          ...(missesFrom !== undefined && { missesFrom }),
          ...(meetsAgainAt.length > 0 && { meetsAgainAt: [...meetsAgainAt] }),
        },
      ];
    }),
  );
}

/** Each once; cells come with the values of a range ascending within each combination of the other axes. */
function uniquePoints(points: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown>[] {
  const unique = new Map(points.map((point) => [JSON.stringify(point), point]));
  return [...unique.values()].toSorted((a, b) => Number(Object.values(a)[0]) - Number(Object.values(b)[0]));
}
