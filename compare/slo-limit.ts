import type { RunEntry } from '../documents/run-report.ts';

/** What became of one value of a load. */
export interface PlayedLoad {
  readonly value: number;
  readonly meets: boolean;
}

/** Up to which load an SLO is met. */
export interface LoadLimit {
  /** The largest value up to which every played value meets it; undefined when the smallest misses it. */
  readonly value: number | undefined;
  /** The smallest value that misses it; undefined when none does. */
  readonly missesFrom: number | undefined;
  /** Values above that one that meet it nevertheless. */
  readonly meetsAgainAt: readonly number[];
}

/** The limit among the loads that were played, in whatever order. */
export function sloLimit(played: readonly PlayedLoad[]): LoadLimit {
  const ascending = played.toSorted((a, b) => a.value - b.value);
  const first = ascending.findIndex(({ meets }) => !meets);
  if (first < 0) return { value: ascending.at(-1)?.value, missesFrom: undefined, meetsAgainAt: [] };
  return {
    value: ascending[first - 1]?.value,
    missesFrom: ascending[first]?.value,
    meetsAgainAt: ascending.slice(first + 1).flatMap(({ value, meets }) => (meets ? [value] : [])),
  };
}

/**
 * Whether the runs of a policy, one per seed, keep what was promised: the SLO, which includes the thresholds, or the
 * thresholds alone of runs that are not unstable. Undefined when nothing was promised.
 */
export function keepsPromises(entries: readonly RunEntry[]): boolean | undefined {
  const kept = entries.map(({ goodput, thresholds = [], verdict }) => {
    if (goodput?.meetsSlo !== undefined) return goodput.meetsSlo;
    return thresholds.length === 0 ? undefined : verdict !== 'unstable' && thresholds.every(({ ok }) => ok);
  });
  if (kept.length === 0 || kept.includes(undefined)) return undefined;
  return kept.every((one) => one === true);
}
