import type { KeyRun } from '../../../base/prompt.ts';
import type { Blocks, Seconds } from '../../../base/units.ts';
import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
import type { DataKey } from '../../data-key.ts';
import type { Endpoint } from '../../endpoint.ts';
import { holderEntry, HolderIndex, type HolderEntry } from '../../kv-index/holder-index.ts';
import { KvEventIndex } from '../../kv-index/kv-event-index.ts';
import type { KvEvent } from '../../kv-event.ts';
import { PrefixWalk } from '../../kv-index/prefix-walk.ts';
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
    for (const [index, sum] of this.sums(prompts)) {
      if (column[index] === undefined) continue;
      column[index] = {
        ...nothing,
        matchBlocks: Math.trunc(sum.weighted),
        cachedBlocks: sum.blocks,
        cachedBlocksByTier: Object.fromEntries(sum.byTier),
      };
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

  /** What each endpoint holds, summed over the prompts, by index. */
  private sums(prompts: readonly (readonly KeyRun[])[]): ReadonlyMap<number, Sum> {
    const sums = new Map<number, Sum>();
    for (const runs of prompts) {
      for (const { endpointIndex, blocks, weighted, tiers } of this.walk.match(
        this.holders,
        runs,
        this.weights,
      )) {
        let sum = sums.get(endpointIndex);
        if (sum === undefined) {
          sum = { blocks: 0, weighted: 0, byTier: new Map() };
          sums.set(endpointIndex, sum);
        }
        sum.blocks += blocks;
        sum.weighted += weighted;
        for (const { tier, blocks: inTier } of tiers) {
          const name = this.events.tiers.name(tier);
          sum.byTier.set(name, (sum.byTier.get(name) ?? 0) + inTier);
        }
      }
    }
    return sums;
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

interface Sum {
  blocks: Blocks;
  weighted: number;
  readonly byTier: Map<string, Blocks>;
}

function isNotEmpty(runs: readonly KeyRun[]): boolean {
  return runs.length > 0;
}
