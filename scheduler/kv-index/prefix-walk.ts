import type { KeyRun } from '../../base/prompt.ts';
import type { Blocks } from '../../base/units.ts';
import { endpointOf, tierOf, type HolderEntry, type HolderIndex } from './holder-index.ts';

/*
 * Memory: one slot per endpoint that holds the first block, reused from walk to walk; slots are found by endpoint index
 * in an array, marked with the number of the walk so that nothing has to be cleared between walks.
 */

/** How far the beginning of a prompt is cached on one endpoint. */
export interface PrefixHolding {
  endpointIndex: number;
  /** Blocks held from the first on, in any tier. */
  blocks: Blocks;
  /** The same, each block at the weight of its best tier. */
  weighted: number;
  /** Blocks held from the first on within one tier, for every tier that holds the first. */
  readonly tiers: TierChain[];
  seenAt: number;
  weight: number;
}

export interface TierChain {
  tier: number;
  blocks: Blocks;
  alive: boolean;
  seenAt: number;
}

/**
 * Walks a prompt's blocks through an index: an endpoint counts as long as it holds every block so far. The first block
 * decides who is looked at. Costs the runs of the prompt plus the holders of each interval of them, not its blocks
 * (unless tiers have fractional weights: those are added up block by block, for the sum's last bits decide).
 * Source: pkg/kvcache/prefix_match.go and kvblock_scorer.go of llm-d-router.
 */
export class PrefixWalk {
  private readonly slotAt: number[] = [];
  private readonly walkAt: number[] = [];
  private readonly slots: PrefixHolding[] = [];
  private readonly active: PrefixHolding[] = [];
  private used = 0;
  private walk = 0;
  private stamp = 0;

  /** What each endpoint holds; read it before the next walk, which reuses the objects. `weights` by tier, 1 where absent. */
  match(index: HolderIndex, runs: readonly KeyRun[], weights: readonly number[]): readonly PrefixHolding[] {
    this.walk++;
    this.used = 0;
    this.active.length = 0;
    let isFirst = true;
    for (const run of runs) {
      const goesOn = index.visit(run, (holders, count) => {
        if (holders === undefined) return false;
        this.stamp++;
        this.mark(holders, weights, isFirst);
        if (isFirst) for (let i = 0; i < this.used; i++) this.keep(i);
        isFirst = false;
        this.extend(count);
        return this.active.length > 0;
      });
      if (!goesOn) break;
    }
    return this.slots.slice(0, this.used);
  }

  private keep(i: number): void {
    const slot = this.slots[i];
    if (slot !== undefined) this.active.push(slot);
  }

  /** Notes at the slots who holds the interval, in which tiers. */
  private mark(holders: readonly HolderEntry[], weights: readonly number[], isFirst: boolean): void {
    for (let i = 0; i < holders.length; i++) {
      const entry = holders[i] ?? 0;
      const endpointIndex = endpointOf(entry);
      const known = this.walkAt[endpointIndex] === this.walk;
      if (!known && !isFirst) continue;
      const slot = known ? this.slots[this.slotAt[endpointIndex] ?? 0] : this.open(endpointIndex);
      if (slot === undefined) continue;
      const tier = tierOf(entry);
      const weight = weights[tier] ?? 1;
      if (slot.seenAt !== this.stamp || weight > slot.weight) slot.weight = weight;
      slot.seenAt = this.stamp;
      this.markTier(slot, tier, isFirst);
    }
  }

  private markTier(slot: PrefixHolding, tier: number, isFirst: boolean): void {
    for (const chain of slot.tiers) {
      if (chain.tier === tier) {
        chain.seenAt = this.stamp;
        return;
      }
    }
    if (isFirst) slot.tiers.push({ tier, blocks: 0, alive: true, seenAt: this.stamp });
  }

  /** Adds an interval to every chain that goes on through it, and drops the others. */
  private extend(count: Blocks): void {
    let kept = 0;
    for (let i = 0; i < this.active.length; i++) {
      const slot = this.active[i];
      if (slot?.seenAt !== this.stamp) continue;
      slot.blocks += count;
      if (Number.isInteger(slot.weight)) slot.weighted += slot.weight * count;
      else for (let block = 0; block < count; block++) slot.weighted += slot.weight;
      for (const chain of slot.tiers) {
        if (chain.seenAt !== this.stamp) chain.alive = false;
        if (chain.alive) chain.blocks += count;
      }
      this.active[kept++] = slot;
    }
    this.active.length = kept;
  }

  private open(endpointIndex: number): PrefixHolding {
    this.walkAt[endpointIndex] = this.walk;
    this.slotAt[endpointIndex] = this.used;
    const slot = (this.slots[this.used] ??= {
      endpointIndex,
      blocks: 0,
      weighted: 0,
      tiers: [],
      seenAt: 0,
      weight: 0,
    });
    this.used++;
    slot.endpointIndex = endpointIndex;
    slot.blocks = 0;
    slot.weighted = 0;
    slot.tiers.length = 0;
    slot.weight = 0;
    return slot;
  }
}
