import { addEndpoint } from '../endpoint-bits.ts';

/*
 * Memory: entry numbers in the order in which they were last added; once a walk has met the list, also their endpoints as
 * bits (endpoint-bits.ts), for all tiers together and for each that occurs (the same words where only one does).
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

/** Endpoints that hold something in a tier, as bits. */
export interface TierHolders {
  readonly tier: number;
  readonly words: readonly number[];
}

/** Who holds a block, the longest ago added first; never changed and never empty, so that blocks may share one. */
export class HolderList {
  readonly entries: readonly HolderEntry[];
  private sets: { readonly any: readonly number[]; readonly byTier: readonly TierHolders[] } | undefined =
    undefined;

  constructor(entries: readonly HolderEntry[]) {
    this.entries = entries;
  }

  /** Endpoints that hold the block in any tier, as bits. */
  get words(): readonly number[] {
    return (this.sets ??= setsOf(this.entries)).any;
  }

  /** Those in each tier, in the order of the tiers' first entries. */
  get tiers(): readonly TierHolders[] {
    return (this.sets ??= setsOf(this.entries)).byTier;
  }

  /** With an entry as the last one added; beyond `most` entries without the first. */
  with(entry: HolderEntry, most: number): HolderList {
    const { entries } = this;
    if (entries[entries.length - 1] === entry) return this;
    const kept = entries.filter((other) => other !== entry);
    kept.push(entry);
    if (kept.length > most) kept.shift();
    return new HolderList(kept);
  }

  /** Without the entries that `leaves` names; undefined = nobody is left. */
  without(leaves: (entry: HolderEntry) => boolean): HolderList | undefined {
    const kept = this.entries.filter((entry) => !leaves(entry));
    if (kept.length === this.entries.length) return this;
    return kept.length === 0 ? undefined : new HolderList(kept);
  }

  /** The same entries in the same order. */
  equals(other: HolderList): boolean {
    if (this === other) return true;
    const { entries } = this;
    if (entries.length !== other.entries.length) return false;
    for (let i = 0; i < entries.length; i++) if (entries[i] !== other.entries[i]) return false;
    return true;
  }
}

function setsOf(entries: readonly HolderEntry[]): {
  readonly any: readonly number[];
  readonly byTier: readonly TierHolders[];
} {
  const byTier: { readonly tier: number; readonly words: number[] }[] = [];
  for (const entry of entries) {
    const tier = tierOf(entry);
    let set = byTier.find((other) => other.tier === tier);
    if (set === undefined) {
      set = { tier, words: [] };
      byTier.push(set);
    }
    addEndpoint(set.words, endpointOf(entry));
  }
  const [first] = byTier;
  if (byTier.length === 1 && first !== undefined) return { any: first.words, byTier };
  const any: number[] = [];
  for (const entry of entries) addEndpoint(any, endpointOf(entry));
  return { any, byTier };
}
