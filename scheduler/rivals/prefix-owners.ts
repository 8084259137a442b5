import type { KeyRun } from '../../base/prompt.ts';
import { IntervalMap } from '../kv-index/interval-map.ts';

/*
 * Memory: intervals of block keys, each with the endpoints that were sent it and when last, the most recent at the end.
 * Inserting a prompt gives all its blocks one stamp, so that an interval is as long as a shared beginning.
 */

/** An endpoint that was sent a block, and the stamp of the last time: a count or an instant, never decreasing. */
export interface OwnerMark {
  readonly endpoint: number;
  readonly stamp: number;
}

/** A router's own memory of which beginnings of prompts it has sent where. */
export class PrefixOwners {
  private readonly owners = new IntervalMap<readonly OwnerMark[]>(sameMarks);

  /** Blocks that somebody owns. */
  get size(): number {
    return this.owners.size;
  }

  insert(runs: readonly KeyRun[], endpoint: number, stamp: number): void {
    const mark = { endpoint, stamp };
    for (const run of runs)
      this.owners.update(run, (marks) => [
        ...(marks ?? []).filter((other) => other.endpoint !== endpoint),
        mark,
      ]);
  }

  /** Walks a prompt's blocks up to the first that nobody owns; `see` returns false to stop. */
  walk(runs: readonly KeyRun[], see: (marks: readonly OwnerMark[], count: number) => boolean): void {
    for (const run of runs) {
      const goesOn = this.owners.visit(run, (marks, count) => marks !== undefined && see(marks, count));
      if (!goesOn) return;
    }
  }

  /** By endpoint index, how many blocks it owns from the first on without a gap. */
  contiguous(runs: readonly KeyRun[]): ReadonlyMap<number, number> {
    const counts = new Map<number, number>();
    let active: readonly number[] | undefined;
    this.walk(runs, (marks, count) => {
      const here = marks.map(({ endpoint }) => endpoint);
      active = active === undefined ? here : active.filter((endpoint) => here.includes(endpoint));
      for (const endpoint of active) counts.set(endpoint, (counts.get(endpoint) ?? 0) + count);
      return active.length > 0;
    });
    return counts;
  }

  /** Forgets what was last sent before `stamp` (of one endpoint, where one is named). */
  dropBefore(stamp: number, endpoint?: number): void {
    this.keep((mark) => mark.stamp >= stamp || (endpoint !== undefined && mark.endpoint !== endpoint));
  }

  forget(endpoint: number): void {
    this.keep((mark) => mark.endpoint !== endpoint);
  }

  /** Forgets the least recently sent blocks of each endpoint, stamp by stamp, until it owns at most `most`. */
  limitEach(most: number): void {
    const byEndpoint = new Map<number, Map<number, number>>();
    this.owners.each((marks, count) => {
      for (const { endpoint, stamp } of marks) {
        const stamps = byEndpoint.get(endpoint) ?? new Map<number, number>();
        stamps.set(stamp, (stamps.get(stamp) ?? 0) + count);
        byEndpoint.set(endpoint, stamps);
      }
    });
    for (const [endpoint, stamps] of byEndpoint) {
      let owned = 0;
      for (const count of stamps.values()) owned += count;
      if (owned <= most) continue;
      let first = Infinity;
      for (const [stamp, count] of [...stamps].sort(([a], [b]) => a - b)) {
        first = stamp + 1;
        owned -= count;
        if (owned <= most) break;
      }
      this.dropBefore(first, endpoint);
    }
  }

  private keep(wanted: (mark: OwnerMark) => boolean): void {
    this.owners.updateAll((marks) => {
      const kept = marks.filter(wanted);
      if (kept.length === marks.length) return marks;
      return kept.length === 0 ? undefined : kept;
    });
  }
}

function sameMarks(a: readonly OwnerMark[], b: readonly OwnerMark[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((mark, i) => mark.endpoint === b[i]?.endpoint && mark.stamp === b[i].stamp);
}
