import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KEYS_PER_RUN, type KeyRun } from '../../../base/prompt.ts';
import { HolderIndex } from '../../../scheduler/kv-index/holder-index.ts';
import {
  endpointOf,
  holderEntry,
  tierOf,
  type HolderEntry,
} from '../../../scheduler/kv-index/holder-list.ts';
import { PrefixWalk, type PrefixHolding } from '../../../scheduler/kv-index/prefix-walk.ts';

/** Positions of two prompts that share their first half; endpoints beyond one word of bits. */
const BLOCKS = 24;
const ENDPOINTS = 40;
const step = fc.record({
  op: fc.constantFrom('add', 'add', 'add', 'add', 'everybody', 'remove', 'clear'),
  endpoint: fc.oneof(fc.nat(3), fc.nat(ENDPOINTS - 1)),
  tier: fc.constantFrom(0, 1, 1, 1, 2),
  prompt: fc.nat(1),
  from: fc.oneof(fc.constant(0), fc.nat(BLOCKS - 1)),
  count: fc.oneof(fc.constant(BLOCKS), fc.integer({ min: 1, max: BLOCKS })),
});

/** Keys of a prompt: runs of neighbours, as the simulator makes them, or one by one in any order, as hashes are. */
const KEYS: Record<string, (prompt: number) => (block: number) => number> = {
  runs: (prompt) => (block) => block + (block < BLOCKS / 2 ? 0 : (1 + prompt) * KEYS_PER_RUN),
  hashes: (prompt) => (block) =>
    (((block + (block < BLOCKS / 2 ? 0 : 100 * (1 + prompt))) * 7919) % 1009) * KEYS_PER_RUN,
};

/** The same walk, written down block by block over lists of entries. */
class PlainWalk {
  readonly lists = new Map<number, HolderEntry[]>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  add(keys: readonly number[], entry: HolderEntry): void {
    for (const key of keys) {
      const list = (this.lists.get(key) ?? []).filter((other) => other !== entry);
      this.lists.set(key, [...list, entry].slice(-this.most));
    }
  }

  drop(keys: Iterable<number>, leaves: (entry: HolderEntry) => boolean): void {
    for (const key of keys) {
      const rest = (this.lists.get(key) ?? []).filter((entry) => !leaves(entry));
      if (rest.length === 0) this.lists.delete(key);
      else this.lists.set(key, rest);
    }
  }

  match(keys: readonly number[], weights: readonly number[]): unknown[] {
    const lists = keys.map((key) => this.lists.get(key) ?? []);
    const first = lists[0] ?? [];
    return [...new Set(first.map(endpointOf))].map((endpointIndex) => {
      const own = lists.map((list) =>
        list.filter((entry) => endpointOf(entry) === endpointIndex).map(tierOf),
      );
      const held = leading(own, (tiers) => tiers.length > 0);
      let weighted = 0;
      for (const tiers of held) weighted += Math.max(...tiers.map((tier) => weights[tier] ?? 1));
      const tiers = (own[0] ?? []).map((tier) => ({
        tier,
        blocks: leading(own, (others) => others.includes(tier)).length,
      }));
      return { endpointIndex, blocks: held.length, weighted, tiers };
    });
  }
}

describe('PrefixWalk', () => {
  it.each(
    Object.keys(KEYS).flatMap((keys) => [
      { keys, most: Infinity, weights: [] },
      { keys, most: Infinity, weights: [1, 1, 0.8] },
      { keys, most: 3, weights: [1, 0.7, 0.1] },
      { keys, most: 50, weights: [0, -1, 2] },
    ]),
  )('finds what a walk block by block finds, to the last bit: %j', ({ keys, most, weights }) => {
    const met = { holdings: 0, partial: 0, dropped: 0 };
    const keysOf = [0, 1].map((prompt) =>
      Array.from({ length: BLOCKS }, (_, b) => KEYS[keys]?.(prompt)(b) ?? 0),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }), (steps) => {
        const index = new HolderIndex(most, Infinity);
        const plain = new PlainWalk(most);
        const walk = new PrefixWalk();
        for (const { op, endpoint, tier, prompt, from, count } of steps) {
          const chosen = keysOf[prompt] ?? [];
          const some = chosen.slice(from, from + count);
          if (op === 'clear') {
            index.clear(endpoint);
            plain.drop([...plain.lists.keys()], (entry) => endpointOf(entry) === endpoint);
          } else if (op === 'remove') {
            index.remove(runsOf(some), holderEntry(endpoint, tier));
            plain.drop(some, (entry) => entry === holderEntry(endpoint, tier));
          } else {
            const who = op === 'add' ? [endpoint] : Array.from({ length: ENDPOINTS }, (_, e) => e);
            for (const e of who) {
              index.add(runsOf(some), holderEntry(e, tier), from === 0 ? undefined : chosen[from - 1]);
              plain.add(some, holderEntry(e, tier));
            }
          }
          for (const asked of keysOf) {
            const found = walk.match(index, runsOf(asked), weights).map(copy);
            expect(found).toEqual(plain.match(asked, weights));
            met.holdings += found.length;
            for (const { blocks } of found) if (blocks < BLOCKS) met.partial++;
            if (new Set(found.map(({ blocks }) => blocks)).size > 2) met.dropped++;
          }
        }
        expect(index.keys).toBe(plain.lists.size);
      }),
      { numRuns: 30 },
    );
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(0);
  });

  it('shows blocks that many events made equal as one list, however their keys lie', () => {
    const index = new HolderIndex(Infinity, Infinity);
    const keys = Array.from({ length: BLOCKS }, (_, block) => KEYS.hashes?.(0)(block) ?? 0);
    for (let endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
      const cut = 1 + (endpoint % (BLOCKS - 1));
      index.add(runsOf(keys.slice(0, cut)), holderEntry(endpoint, 1));
      index.add(runsOf(keys.slice(cut)), holderEntry(endpoint, 1), keys[cut - 1]);
    }
    const lists = new Set<unknown>();
    index.visit(runsOf(keys), (holders) => lists.add(holders).size > 0);
    expect(lists.size).toBe(1);
  });
});

function copy({ endpointIndex, blocks, weighted, tiers }: PrefixHolding): Omit<PrefixHolding, 'weight'> {
  return { endpointIndex, blocks, weighted, tiers: tiers.map((chain) => ({ ...chain })) };
}

function leading<T>(list: readonly T[], holds: (item: T) => boolean): readonly T[] {
  const end = list.findIndex((item) => !holds(item));
  return end < 0 ? list : list.slice(0, end);
}

function runsOf(keys: readonly number[]): KeyRun[] {
  const runs: { firstKey: number; count: number }[] = [];
  for (const key of keys) {
    const last = runs.at(-1);
    if (last !== undefined && last.firstKey + last.count === key) last.count++;
    else runs.push({ firstKey: key, count: 1 });
  }
  return runs;
}
