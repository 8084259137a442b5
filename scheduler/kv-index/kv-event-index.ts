import type { KeyRun } from '../../base/prompt.ts';
import type { Tokens } from '../../base/units.ts';
import type { KvEvent } from '../kv-event.ts';
import { BlockNames } from './block-names.ts';
import type { HolderIndex } from './holder-index.ts';
import { holderEntry, type HolderEntry } from './holder-list.ts';
import { IntervalMap } from './interval-map.ts';
import { TierNames } from './tier-names.ts';

/*
 * Memory: the index of holders, the names that engines gave their blocks (of all endpoints together, as equal names are
 * equal blocks), and per endpoint and tier how often each name was announced; all by intervals.
 */

/**
 * Names of blocks that nobody holds which may stay known: the blocks of a few emptied engines. The picker has no such limit
 * but the size of its index, 1e8; this one keeps a few megabytes instead of ten gigabytes of names.
 */
const SPARE_NAMES = 2 ** 16;

/**
 * Follows the KV events of all endpoints: engine names -> the router's block keys, re-cut at the router's block size.
 * An event behind an unknown parent is dropped; a block that was announced n times goes with its n-th removal; tokens
 * beyond an event's last whole router block are lost, and an event without a whole one says nothing.
 * Source: pkg/kvevents/pool.go, event_dedup_filter.go and pkg/kvcache/kvblock/index.go of llm-d-router.
 */
export class KvEventIndex {
  readonly tiers = new TierNames();
  private readonly holders: HolderIndex;
  private readonly names: BlockNames;
  private readonly blockTokens: Tokens;
  private readonly announced: (Map<number, IntervalMap<number>> | undefined)[] = [];

  /** `maxNames`: engine blocks whose keys are remembered. */
  constructor(holders: HolderIndex, blockTokens: Tokens, maxNames: number) {
    this.holders = holders;
    this.blockTokens = blockTokens;
    this.names = new BlockNames(maxNames);
  }

  /** `model`: the base model that the endpoint serves. */
  apply(endpointIndex: number, model: string, event: KvEvent): void {
    switch (event.type) {
      case 'stored':
        this.store(endpointIndex, model, event);
        break;
      case 'removed':
        this.remove(endpointIndex, event.blocks, this.tiers.number(event.medium));
        break;
      case 'cleared':
        this.clear(endpointIndex);
        break;
    }
  }

  /**
   * Forgets what an endpoint holds, in every tier. The names of its blocks stay known, as they do in the picker, so that
   * what is stored behind them still counts; but once they are many, all names whose blocks nobody holds are forgotten.
   */
  clear(endpointIndex: number): void {
    this.holders.clear(endpointIndex);
    this.announced[endpointIndex] = undefined;
    if (this.names.size <= SPARE_NAMES + 2 * this.holders.keys) return;
    for (const run of this.names.runs()) this.names.eachKnown(run, (names, keys) => this.forget(names, keys));
  }

  /** Engine blocks whose keys are known. */
  get knownNames(): number {
    return this.names.size;
  }

  private store(endpointIndex: number, model: string, event: Extract<KvEvent, { type: 'stored' }>): void {
    const { blocks, parent, tokens } = event;
    const parentKey = parent === undefined ? undefined : this.names.lastKey(parent);
    if (parent !== undefined && parentKey === undefined) return;
    const tier = this.tiers.number(event.medium);
    const entry = holderEntry(endpointIndex, tier);
    if (tokens === undefined || tokens.length === 0) {
      if (this.moveTier(blocks, entry)) this.announce(endpointIndex, tier, blocks);
      return;
    }
    const scope = event.lora === undefined || event.lora === '' ? model : event.lora;
    const keys = tokens.keys(this.blockTokens, parentKey, scope);
    if (keys.length === 0) return;
    this.names.learn(blocks, keys);
    this.holders.add(keys, entry, parentKey);
    this.announce(endpointIndex, tier, blocks);
  }

  /** Blocks that are known, now in another tier as well. Of a block with several keys only the last one counts. */
  private moveTier(blocks: readonly KeyRun[], entry: HolderEntry): boolean {
    const keys = this.names.lastKeys(blocks);
    this.holders.add(keys, entry);
    return keys.length > 0;
  }

  private announce(endpointIndex: number, tier: number, blocks: readonly KeyRun[]): void {
    const counts = this.countsOf(endpointIndex, tier);
    for (const run of blocks) counts.update(run, (count) => (count ?? 0) + 1);
  }

  private remove(endpointIndex: number, blocks: readonly KeyRun[], tier: number): void {
    const entry = holderEntry(endpointIndex, tier);
    const counts = this.countsOf(endpointIndex, tier);
    for (const run of blocks) {
      const gone: KeyRun[] = [];
      counts.visit(run, (count, length, firstKey) => {
        if ((count ?? 0) <= 1) gone.push({ firstKey, count: length });
        return true;
      });
      counts.update(run, (count) => (count === undefined || count <= 1 ? undefined : count - 1));
      for (const names of gone) this.evict(names, entry);
    }
  }

  /** Names whose blocks nobody holds any more are forgotten, so that what is stored behind them is dropped. */
  private evict(run: KeyRun, entry: HolderEntry): void {
    this.names.eachKnown(run, (names, keys) => {
      this.holders.remove(keys, entry);
      this.forget(names, keys);
    });
  }

  /** Forgets those of the names whose keys nobody holds. */
  private forget(names: KeyRun, keys: readonly KeyRun[]): void {
    if (names.count === 1) {
      if (keys.every(({ firstKey }) => !this.holders.has(firstKey))) this.names.forget(names);
      return;
    }
    for (const { firstKey, count } of keys) {
      this.holders.visit([{ firstKey, count }], (held, length, first) => {
        const offset = first - firstKey;
        if (held === undefined) this.names.forget({ firstKey: names.firstKey + offset, count: length });
        return true;
      });
    }
  }

  private countsOf(endpointIndex: number, tier: number): IntervalMap<number> {
    const byTier = (this.announced[endpointIndex] ??= new Map());
    let counts = byTier.get(tier);
    if (counts === undefined) {
      counts = new IntervalMap();
      byTier.set(tier, counts);
    }
    return counts;
  }
}
