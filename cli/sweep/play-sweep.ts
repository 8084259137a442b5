import { throwProblems, type Problem } from '../../base/user-error.ts';
import { keepsPromises, sloLimit } from '../../compare/slo-limit.ts';
import type { Band, RunEntry } from '../../documents/run-report.ts';
import { nextValue } from '../../scenarios/sweep/next-value.ts';
import { cellsOf, type SweepAxis, type SweepPoint } from '../../scenarios/sweep/sweep-axis.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { CaseSource, CellTask } from '../jobs/task.ts';

/** What is swept, and on which scenario. */
export interface Sweep {
  readonly axes: readonly SweepAxis[];
  /** Position of the axis that is a load, if one is. */
  readonly loadAxis: number | undefined;
  /** Without the changes of a point. */
  readonly source: CaseSource;
  readonly scenarioSha256: string;
  /** The baseline first. */
  readonly policies: readonly string[];
  readonly seeds: readonly number[];
  readonly check: boolean;
}

/** A cell that was played: one point per axis, and the runs of the policies that were played there. */
export interface PlayedCell {
  readonly points: readonly SweepPoint[];
  readonly runs: readonly RunEntry[];
  readonly bands: readonly Band[];
}

/**
 * Plays the product of the axes under every policy, all with the same seeds. A range of loads is then bisected: for each
 * policy and each combination of the other axes until the largest value that meets the SLO is known to 1 %, playing that
 * policy alone. Cells come in the order of their points. Throws UserError when no request is completed anywhere.
 */
export async function playSweep(sweep: Sweep, jobs: Jobs): Promise<PlayedCell[]> {
  const { axes, policies } = sweep;
  const played = new Map<string, PlayedCell>();
  const nothing: Problem[][] = [];
  let wanted = cellsOf(axes).flatMap((points) => policies.map((policy) => ({ points, policy })));
  while (wanted.length > 0) {
    const results = await jobs.all(wanted.map(({ points, policy }) => taskOf(sweep, points, policy)));
    results.forEach((result, index) => {
      const points = wanted[index]?.points ?? [];
      const key = keyOf(points);
      const before = played.get(key);
      played.set(key, {
        points,
        runs: [...(before?.runs ?? []), ...result.runs],
        bands: [...(before?.bands ?? []), ...result.bands],
      });
      nothing.push([...result.nothing]);
    });
    wanted = nextOf(sweep, [...played.values()]);
  }
  if (nothing.every((problems) => problems.length > 0)) throwProblems(nothing[0] ?? []);
  return inOrder(sweep, [...played.values()]);
}

function taskOf(sweep: Sweep, points: readonly SweepPoint[], policy: string): CellTask & { kind: 'cell' } {
  const { source, policies, seeds, check } = sweep;
  const changes = points.flatMap(({ overrides }) => overrides);
  const where = points.map(({ changes: values }) => JSON.stringify(values)).join(' ');
  return {
    kind: 'cell',
    label: `${where}, policy ${policy}, seeds ${seeds.join(', ')}, scenario SHA-256 ${sweep.scenarioSha256}`,
    source: { ...source, changes },
    policy,
    baseline: policies[0] ?? policy,
    seeds,
    check,
  };
}

/** What a search plays next: one value per policy and combination of the other axes whose limit is not known yet. */
function nextOf(
  { axes, loadAxis, policies }: Sweep,
  played: readonly PlayedCell[],
): { readonly points: readonly SweepPoint[]; readonly policy: string }[] {
  const range = loadAxis === undefined ? undefined : axes[loadAxis]?.range;
  if (range === undefined || loadAxis === undefined) return [];
  const others = new Map(played.map((cell) => [keyOf(cell.points.toSpliced(loadAxis, 1)), cell.points]));
  return [...others].flatMap(([key, points]) =>
    policies.flatMap((policy) => {
      const loads = played
        .filter((cell) => keyOf(cell.points.toSpliced(loadAxis, 1)) === key)
        .flatMap(({ points: own, runs }) => {
          const meets = keepsPromises(runs.filter((entry) => entry.policy === policy));
          const value = valueOf(own[loadAxis]);
          return meets === undefined || value === undefined ? [] : [{ value, meets }];
        });
      const next = nextValue(sloLimit(loads), range.whole);
      return next === undefined ? [] : [{ points: points.with(loadAxis, range.at(next)), policy }];
    }),
  );
}

/** The number that a point of one path sets; undefined for any other point. */
export function valueOf(point: SweepPoint | undefined): number | undefined {
  const values = Object.values(point?.changes ?? {});
  const [value] = values;
  return values.length === 1 && typeof value === 'number' ? value : undefined;
}

function keyOf(points: readonly SweepPoint[]): string {
  return JSON.stringify(points.map(({ changes }) => changes));
}

/** Cells in the order of their points, values of a range ascending; runs in the order of the policies. */
function inOrder({ axes, policies }: Sweep, cells: readonly PlayedCell[]): PlayedCell[] {
  const rank = (cell: PlayedCell, axis: number): number => {
    const point = cell.points[axis];
    if (axes[axis]?.range !== undefined) return valueOf(point) ?? 0;
    return axes[axis]?.points.findIndex((one) => one === point) ?? 0;
  };
  const place = (entry: Pick<RunEntry, 'policy'>): number => policies.indexOf(entry.policy);
  return cells
    .toSorted((a, b) => {
      const axis = axes.findIndex((_, k) => rank(a, k) !== rank(b, k));
      return axis < 0 ? 0 : rank(a, axis) - rank(b, axis);
    })
    .map((cell) => ({
      ...cell,
      runs: cell.runs.toSorted((a, b) => place(a) - place(b)),
      bands: cell.bands.toSorted((a, b) => place(a) - place(b)),
    }));
}
