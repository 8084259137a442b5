import type { KeyRun } from '../../../base/prompt.ts';
import type { Blocks, Seconds } from '../../../base/units.ts';
import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
import type { DataKey } from '../../data-key.ts';
import type { Endpoint } from '../../endpoint.ts';
import { HolderIndex } from '../../kv-index/holder-index.ts';
import { holderEntry, type HolderEntry } from '../../kv-index/holder-list.ts';
import { KvEventIndex } from '../../kv-index/kv-event-index.ts';
import type { KvEvent } from '../../kv-event.ts';
import { PrefixWalk, type PrefixHolding } from '../../kv-index/prefix-walk.ts';
import { SPECULATIVE_TIER } from '../../kv-index/tier-names.ts';
import type { PluginContext } from '../../plugin-type.ts';
import type {
  EndpointListener,
  Inspectable,
  KvEventListener,
  PreRequest,
  Producer,
  Timed,
} from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';
import type { PreciseParameters } from './precise-parameters.ts';

/** The profile whose pick is seeded beside the primary one; the name is fixed in the picker. */
const PREFILL = 'prefill';

/** The index of a precise producer, and the plugin around it. */
export class PrecisePrefixCache
  implements Producer, PreRequest, EndpointListener, KvEventListener, Timed, Inspectable
{
  readonly type: string;
  readonly name: string;
  private readonly parameters: PreciseParameters;
  private readonly holders: HolderIndex;
  private readonly events: KvEventIndex;
  private readonly walk = new PrefixWalk();
  private readonly weights: number[] = [];
  private readonly matchKey: DataKey<PrefixMatch>;
  private readonly runsKey: DataKey<readonly (readonly KeyRun[])[]>;
  /** What speculation will take back, the oldest first. */
  private readonly expiries: Expiry[] = [];
  private expired = 0;

  constructor(type: string, parameters: PreciseParameters, context: PluginContext) {
    this.type = type;
    this.name = context.name;
    this.parameters = parameters;
    this.holders = new HolderIndex(parameters.holdersPerKey, parameters.maxKeys);
    this.events = new KvEventIndex(this.holders, parameters.blockTokens, parameters.maxKeys);
    for (const [tier, weight] of parameters.tierWeights)
      this.weights[this.events.tiers.number(tier)] = weight;
    this.matchKey = context.key(prefixMatchData(context.name));
    this.runsKey = context.key(`precise-block-keys/${context.name}`);
  }

  produce(state: RequestState): string | undefined {
    const { blockTokens } = this.parameters;
    const prompts = (state.prompts ?? []).map((prompt) => prompt.keys(blockTokens)).filter(isNotEmpty);
    if (prompts.length === 0) return undefined;
    state.set(this.runsKey, prompts);
    let totalBlocks = 0;
    for (const runs of prompts) for (const { count } of runs) totalBlocks += count;
    const nothing: PrefixMatch = {
      matchBlocks: 0,
      totalBlocks,
      blockSizeTokens: blockTokens,
      cachedBlocks: 0,
      cachedBlocksByTier: {},
    };
    const column = state.column(this.matchKey);
    for (const { index } of state.candidates) column[index] = nothing;
    let last: Sum | undefined;
    let match = nothing;
    for (const sum of this.sums(prompts)) {
      if (column[sum.endpointIndex] === undefined) continue;
      // Of many endpoints that hold a prompt, most hold as much of it as the one before.
      if (last === undefined || !isAsMuch(sum, last)) match = this.matchOf(sum, nothing);
      last = sum;
      column[sum.endpointIndex] = match;
    }
    return undefined;
  }

  preRequest(state: RequestState, _: unknown, now: Seconds): void {
    const { speculativeTtl } = this.parameters;
    const prompts = state.get(this.runsKey);
    if (speculativeTtl === undefined || prompts === undefined) return;
    const entries: HolderEntry[] = [];
    for (const profile of [state.primary, PREFILL]) {
      const target = profile === undefined ? undefined : state.result(profile)?.targets[0];
      // A rewritten port names a server that no KV event comes from.
      if (target === undefined || target.rewritten) continue;
      const entry = holderEntry(target.endpoint.index, SPECULATIVE_TIER);
      for (const runs of prompts) this.holders.add(runs, entry);
      entries.push(entry);
    }
    if (entries.length > 0) this.expiries.push({ at: now + speculativeTtl, prompts, entries });
  }

  kvEvents(endpoint: Endpoint, model: string, events: readonly KvEvent[]): void {
    for (const event of events) this.events.apply(endpoint.index, model, event);
  }

  endpointRemoved({ index }: Endpoint): void {
    this.events.clear(index);
  }

  forget(index: number): void {
    this.events.clear(index);
  }

  /** Takes back what was assumed longer ago than the TTL. */
  advance(now: Seconds): Seconds {
    for (;;) {
      const expiry = this.expiries[this.expired];
      if (expiry === undefined || expiry.at > now) break;
      for (const entry of expiry.entries) for (const runs of expiry.prompts) this.holders.remove(runs, entry);
      this.expired++;
    }
    if (this.expired > 1024 && this.expired * 2 > this.expiries.length) {
      this.expiries.splice(0, this.expired);
      this.expired = 0;
    }
    return this.expiries[this.expired]?.at ?? Infinity;
  }

  /** Sizes, for laws about memory: keys that somebody holds, intervals of them, engine blocks known, speculations open. */
  inspect(): PreciseSizes {
    return {
      keys: this.holders.keys,
      pieces: this.holders.pieces,
      names: this.events.knownNames,
      speculations: this.expiries.length - this.expired,
    };
  }

  private matchOf({ blocks, weighted, tiers }: Sum, nothing: PrefixMatch): PrefixMatch {
    const byTier = tiers.map((chain) => [this.events.tiers.name(chain.tier), chain.blocks] as const);
    return {
      ...nothing,
      matchBlocks: Math.trunc(weighted),
      cachedBlocks: blocks,
      cachedBlocksByTier: Object.fromEntries(byTier),
    };
  }

  /** What each endpoint holds, summed over the prompts. */
  private sums(prompts: readonly (readonly KeyRun[])[]): Iterable<Sum> {
    const [first = [], ...others] = prompts;
    if (others.length === 0) return this.walk.match(this.holders, first, this.weights);
    const sums = new Map<number, Sum>();
    for (const runs of prompts) {
      for (const found of this.walk.match(this.holders, runs, this.weights)) {
        const sum = sums.get(found.endpointIndex) ?? nothingOn(found.endpointIndex);
        sums.set(found.endpointIndex, sum);
        sum.blocks += found.blocks;
        sum.weighted += found.weighted;
        for (const { tier, blocks } of found.tiers) {
          const chain = sum.tiers.find((other) => other.tier === tier);
          if (chain === undefined) sum.tiers.push({ tier, blocks });
          else chain.blocks += blocks;
        }
      }
    }
    return sums.values();
  }
}

/** See `inspect`. */
export interface PreciseSizes {
  readonly keys: Blocks;
  readonly pieces: number;
  readonly names: Blocks;
  readonly speculations: number;
}

interface Expiry {
  readonly at: Seconds;
  readonly prompts: readonly (readonly KeyRun[])[];
  readonly entries: readonly HolderEntry[];
}

type Sum = Pick<PrefixHolding, 'endpointIndex' | 'blocks' | 'weighted' | 'tiers'>;

function nothingOn(endpointIndex: number): Sum {
  return { endpointIndex, blocks: 0, weighted: 0, tiers: [] };
}

function isAsMuch(a: Sum, b: Sum): boolean {
  if (a.blocks !== b.blocks || a.weighted !== b.weighted || a.tiers.length !== b.tiers.length) return false;
  return a.tiers.every(({ tier, blocks }, i) => tier === b.tiers[i]?.tier && blocks === b.tiers[i].blocks);
}

function isNotEmpty(runs: readonly KeyRun[]): boolean {
  return runs.length > 0;
}
