import type { KeyRun } from '../../base/prompt.ts';
import { endpointOf, HolderList, type HolderEntry } from './holder-list.ts';
import { IntervalMap } from './interval-map.ts';

/*
 * Memory: intervals of block keys whose value is the list of their holders. Blocks that one change makes equal share one
 * list, also where each has an interval of its own, as hashed keys have: a walk tells equal neighbours by identity, and a
 * prompt that many endpoints hold costs one list.
 */

/**
 * Which endpoints hold which blocks. A key remembers at most `holdersPerKey` entries and forgets the one that was added
 * longest ago: podCacheSize of the picker, where a prompt that more endpoints hold is found on the last of them only.
 * Source: pkg/kvcache/kvblock/in_memory.go of llm-d-router.
 */
export class HolderIndex {
  private readonly holders: IntervalMap<HolderList>;
  private readonly holdersPerKey: number;

  constructor(holdersPerKey: number, maxKeys: number) {
    this.holdersPerKey = holdersPerKey;
    this.holders = new IntervalMap((a, b) => a.equals(b), maxKeys);
  }

  /** Keys that somebody holds. */
  get keys(): number {
    return this.holders.size;
  }

  /** Intervals of keys with the same holders. */
  get pieces(): number {
    return this.holders.pieces;
  }

  /** `parent`: the key before the first, whose list they share if theirs becomes equal. */
  add(runs: readonly KeyRun[], entry: HolderEntry, parent?: number): void {
    const alone = new HolderList([entry]);
    const before = parent === undefined ? undefined : this.holders.get(parent);
    const change = sharing((list) => list?.with(entry, this.holdersPerKey) ?? alone, before);
    for (const run of runs) this.holders.update(run, change);
  }

  remove(runs: readonly KeyRun[], entry: HolderEntry): void {
    const change = sharing((list) => list?.without((other) => other === entry), undefined);
    for (const run of runs) this.holders.update(run, change);
  }

  /** Forgets an endpoint in every tier. Looks at every interval, and once at every list. */
  clear(endpointIndex: number): void {
    const changed = new Map<HolderList, HolderList | undefined>();
    this.holders.updateAll((list) => {
      let rest = changed.get(list);
      if (rest === undefined && !changed.has(list)) {
        rest = list.without((entry) => endpointOf(entry) === endpointIndex);
        changed.set(list, rest);
      }
      return rest;
    });
  }

  /** Holders along the runs of a prompt, in order; undefined = nobody. `see` returns false to stop. */
  visit(
    runs: readonly KeyRun[],
    see: (holders: HolderList | undefined, count: number, first: number) => boolean,
  ): boolean {
    return this.holders.visitAll(runs, see);
  }

  has(key: number): boolean {
    return this.holders.get(key) !== undefined;
  }
}

/** The same change for neighbour after neighbour: made once for a list that recurs, and equal results are one object. */
function sharing(
  change: (list: HolderList | undefined) => HolderList | undefined,
  neighbour: HolderList | undefined,
): (list: HolderList | undefined) => HolderList | undefined {
  let isFirst = true;
  let from: HolderList | undefined;
  let to = neighbour;
  return (list) => {
    if (!isFirst && list === from) return to;
    const made = change(list);
    if (made === undefined || to === undefined || !made.equals(to)) to = made;
    from = list;
    isFirst = false;
    return to;
  };
}
