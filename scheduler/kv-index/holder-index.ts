import type { KeyRun } from '../../base/prompt.ts';
import { IntervalMap } from './interval-map.ts';

/*
 * Memory: intervals of block keys whose value is the list of their holders, as entry numbers in the order in which they
 * were last added (the oldest first); lists are never changed, so that intervals may share one.
 */

/** An endpoint that holds a block in a tier, as one number. */
export type HolderEntry = number;

/** Tiers that a picker can tell apart (the real one: 4096). */
const TIERS = 1024;

export function holderEntry(endpointIndex: number, tier: number): HolderEntry {
  return endpointIndex * TIERS + tier;
}

export function endpointOf(entry: HolderEntry): number {
  return Math.floor(entry / TIERS);
}

export function tierOf(entry: HolderEntry): number {
  return entry % TIERS;
}

/**
 * Which endpoints hold which blocks. A key remembers at most `holdersPerKey` entries and forgets the one that was added
 * longest ago: podCacheSize of the picker, where a prompt that more endpoints hold is found on the last of them only.
 * Source: pkg/kvcache/kvblock/in_memory.go of llm-d-router.
 */
export class HolderIndex {
  private readonly holders: IntervalMap<readonly HolderEntry[]>;
  private readonly holdersPerKey: number;

  constructor(holdersPerKey: number, maxKeys: number) {
    this.holdersPerKey = holdersPerKey;
    this.holders = new IntervalMap(sameList, maxKeys);
  }

  /** Keys that somebody holds. */
  get keys(): number {
    return this.holders.size;
  }

  /** Intervals of keys with the same holders. */
  get pieces(): number {
    return this.holders.pieces;
  }

  add(runs: readonly KeyRun[], entry: HolderEntry): void {
    for (const run of runs) this.holders.update(run, (list) => withEntry(list, entry, this.holdersPerKey));
  }

  remove(runs: readonly KeyRun[], entry: HolderEntry): void {
    for (const run of runs) this.holders.update(run, (list) => withoutEntry(list, entry));
  }

  /** Forgets an endpoint in every tier. Looks at every interval. */
  clear(endpointIndex: number): void {
    this.holders.updateAll((list) => {
      const rest = list.filter((entry) => endpointOf(entry) !== endpointIndex);
      return rest.length === list.length ? list : nonEmpty(rest);
    });
  }

  /** Holders along a run; undefined = nobody. `see` returns false to stop. */
  visit(
    run: KeyRun,
    see: (holders: readonly HolderEntry[] | undefined, count: number, first: number) => boolean,
  ): boolean {
    return this.holders.visit(run, see);
  }

  has(key: number): boolean {
    return this.holders.get(key) !== undefined;
  }
}

function withEntry(
  list: readonly HolderEntry[] | undefined,
  entry: HolderEntry,
  most: number,
): readonly HolderEntry[] {
  if (list === undefined) return [entry];
  if (list[list.length - 1] === entry) return list;
  const kept = list.filter((other) => other !== entry);
  kept.push(entry);
  if (kept.length > most) kept.shift();
  return kept;
}

function withoutEntry(
  list: readonly HolderEntry[] | undefined,
  entry: HolderEntry,
): readonly HolderEntry[] | undefined {
  if (list === undefined || !list.includes(entry)) return list;
  return nonEmpty(list.filter((other) => other !== entry));
}

function nonEmpty(list: readonly HolderEntry[]): readonly HolderEntry[] | undefined {
  return list.length === 0 ? undefined : list;
}

function sameList(a: readonly HolderEntry[], b: readonly HolderEntry[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
