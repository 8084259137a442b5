import { invariant } from '../../base/invariant.ts';
import type { KeyRun } from '../../base/prompt.ts';
import type { Blocks } from '../../base/units.ts';
import { endpointAt } from '../endpoint-bits.ts';
import type { HolderIndex } from './holder-index.ts';
import { endpointOf, tierOf, type HolderList } from './holder-list.ts';

/*
 * Memory: one slot per endpoint that holds the first block, reused from walk to walk and found by endpoint index in an
 * array; the endpoints that go on are bits, in words of their own for all tiers together and for each tier.
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
  /** Weight of the best tier of the blocks that are being walked. */
  weight: number;
}

export interface TierChain {
  readonly tier: number;
  blocks: Blocks;
}

/** Endpoints that have held every block so far in one tier, as bits. */
interface Alive {
  readonly tier: number;
  readonly words: number[];
}

/**
 * Walks a prompt's blocks through an index: an endpoint counts as long as it holds every block so far. The first block
 * decides who is looked at. Costs the intervals of the prompt, a few words of bits for each that has another list of
 * holders than the one before, and the endpoints once, when they drop out. Where holders of one block have tiers of
 * unequal weights, what follows costs every endpoint that is left at each change of the list. Fractional weights are added up
 * block by block, for the sum's last bits decide.
 * Source: pkg/kvcache/prefix_match.go and kvblock_scorer.go of llm-d-router.
 */
export class PrefixWalk {
  private readonly slotAt: PrefixHolding[] = [];
  private readonly pool: PrefixHolding[] = [];
  private used = 0;
  private alive: number[] = [];
  private tiers: Alive[] = [];
  private blocks = 0;
  /** Weights so far of every endpoint that is left, while all have the same; undefined = they are in the slots. */
  private shared: number | undefined = 0;
  private sharedWeight = 0;

  /** What each endpoint holds; read it before the next walk, which reuses the objects. `weights` by tier, 1 where absent. */
  match(index: HolderIndex, runs: readonly KeyRun[], weights: readonly number[]): readonly PrefixHolding[] {
    this.used = 0;
    this.alive = [];
    this.tiers = [];
    this.blocks = 0;
    this.shared = 0;
    let current: HolderList | undefined;
    let count = 0;
    index.visit(runs, (holders, length) => {
      if (holders === undefined) return false;
      if (holders !== current) {
        this.extend(count);
        count = 0;
        if (current === undefined) this.open(holders);
        else if (!this.narrow(holders)) return false;
        this.weigh(holders, weights);
        current = holders;
      }
      count += length;
      return true;
    });
    this.extend(count);
    this.alive.forEach((bits, word) => this.leave(word, bits));
    for (const { tier, words } of this.tiers) words.forEach((bits, word) => this.endChain(tier, word, bits));
    return this.pool.slice(0, this.used);
  }

  /** Everybody who holds the first block. */
  private open(holders: HolderList): void {
    this.alive = [...holders.words];
    this.tiers = holders.tiers.map(({ tier, words }) => ({ tier, words: [...words] }));
    const opened: (PrefixHolding | undefined)[] = [];
    for (const entry of holders.entries) {
      const endpointIndex = endpointOf(entry);
      const slot = (opened[endpointIndex] ??= this.openSlot(endpointIndex));
      slot.tiers.push({ tier: tierOf(entry), blocks: 0 });
    }
  }

  private openSlot(endpointIndex: number): PrefixHolding {
    const slot = (this.pool[this.used] ??= { endpointIndex, blocks: 0, weighted: 0, tiers: [], weight: 0 });
    this.used++;
    slot.endpointIndex = endpointIndex;
    slot.tiers.length = 0;
    this.slotAt[endpointIndex] = slot;
    return slot;
  }

  /** Ends the chains of those who do not hold the next blocks; whether anybody is left. */
  private narrow(holders: HolderList): boolean {
    let anybody = 0;
    const { words } = holders;
    for (let w = 0; w < this.alive.length; w++) {
      const bits = this.alive[w] ?? 0;
      const rest = bits & (words[w] ?? 0);
      if (rest !== bits) this.leave(w, bits ^ rest);
      this.alive[w] = rest;
      anybody |= rest;
    }
    for (const chain of this.tiers) {
      const held = holders.tiers.find(({ tier }) => tier === chain.tier)?.words;
      for (let w = 0; w < chain.words.length; w++) {
        const bits = chain.words[w] ?? 0;
        const rest = bits & (held?.[w] ?? 0);
        if (rest !== bits) this.endChain(chain.tier, w, bits ^ rest);
        chain.words[w] = rest;
      }
    }
    return anybody !== 0;
  }

  /** Notes what the next blocks weigh. */
  private weigh(holders: HolderList, weights: readonly number[]): void {
    const { tiers } = holders;
    const first = weights[tiers[0]?.tier ?? 0] ?? 1;
    if (this.shared !== undefined) {
      if (tiers.every(({ tier }) => (weights[tier] ?? 1) === first)) {
        this.sharedWeight = first;
        return;
      }
      const { shared } = this;
      this.eachAlive((slot) => (slot.weighted = shared));
      this.shared = undefined;
    }
    this.eachAlive((slot) => (slot.weight = -Infinity));
    for (const entry of holders.entries) {
      const endpointIndex = endpointOf(entry);
      const slot = this.slotAt[endpointIndex];
      const weight = weights[tierOf(entry)] ?? 1;
      // The slot of an endpoint that does not hold the first block may be another's by now.
      if (slot?.endpointIndex === endpointIndex && weight > slot.weight) slot.weight = weight;
    }
  }

  /** Adds blocks to every chain that is left. */
  private extend(count: Blocks): void {
    if (count === 0) return;
    this.blocks += count;
    if (this.shared !== undefined) {
      this.shared = increased(this.shared, this.sharedWeight, count);
      return;
    }
    let before = NaN;
    let weight = NaN;
    let after = NaN;
    this.eachAlive((slot) => {
      if (slot.weighted !== before || slot.weight !== weight) {
        before = slot.weighted;
        weight = slot.weight;
        after = increased(before, weight, count);
      }
      slot.weighted = after;
    });
  }

  private eachAlive(tell: (slot: PrefixHolding) => void): void {
    for (let w = 0; w < this.alive.length; w++) this.eachSlot(w, this.alive[w] ?? 0, tell);
  }

  private leave(word: number, bits: number): void {
    this.eachSlot(word, bits, (slot) => {
      slot.blocks = this.blocks;
      if (this.shared !== undefined) slot.weighted = this.shared;
    });
  }

  private endChain(tier: number, word: number, bits: number): void {
    this.eachSlot(word, bits, (slot) => {
      for (const chain of slot.tiers) if (chain.tier === tier) chain.blocks = this.blocks;
    });
  }

  private eachSlot(word: number, bits: number, tell: (slot: PrefixHolding) => void): void {
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      const slot = this.slotAt[endpointAt(word, rest & -rest)];
      invariant(slot !== undefined, 'who is left of a walk has a slot', { word, bits });
      tell(slot);
    }
  }
}

/** A sum to which the weight was added `count` times, one by one unless that makes no difference. */
function increased(sum: number, weight: number, count: Blocks): number {
  if (Number.isInteger(sum) && Number.isInteger(weight)) return sum + weight * count;
  let total = sum;
  for (let block = 0; block < count; block++) total += weight;
  return total;
}
