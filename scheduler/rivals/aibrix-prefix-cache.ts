import { sqrt } from '../../base/math.ts';
import type { Seconds } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { InFlightCounts } from '../policies/in-flight-counts.ts';
import { leastOf } from '../policies/least-of.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { PrefixOwners } from './prefix-owners.ts';
import { tokensOfCharacters } from './text-units.ts';

export interface AibrixPrefixOptions {
  /** Bytes of text per block. */
  readonly blockBytes: number;
  /** Difference of running requests beyond which only the least loaded pods are looked at. */
  readonly imbalanceAbs: number;
  /** Standard deviations above the mean up to which a pod may be loaded. */
  readonly deviations: number;
}

/** prefix_cache.go and prefixcacheindexer/hash.go; README and config/gateway/gateway-plugin/gateway-plugin.yaml. */
export const AIBRIX_CODE: AibrixPrefixOptions = { blockBytes: 4, imbalanceAbs: 8, deviations: 1 };
export const AIBRIX_YAML: AibrixPrefixOptions = { blockBytes: 128, imbalanceAbs: 16, deviations: 2 };

/** The table's time to live and how often it is looked through: prefixcacheindexer/hash.go. */
const TTL: Seconds = 20 * 60;
const SWEEP: Seconds = 60;

/**
 * AIBrix's prefix-cache. Loads are the requests in flight as the gateway counts them. If most - fewest > imbalanceAbs the
 * candidates are the pods with the fewest, else all; they are looked at by matched share of the prompt, then by load, ties
 * at random; the first that holds anything and whose load is at most mean + deviations x sample deviation gets the
 * request; else the least loaded pod. The table holds what was sent in the last 20 minutes (its bound of 200,000 blocks
 * counts hashes, and is not modelled).
 * Source: pkg/plugins/gateway/algorithms/prefix_cache.go of vllm-project/aibrix at e3e10f9.
 */
export function aibrixPrefixCache(name: string, options: AibrixPrefixOptions): RoutingPolicy {
  const counts = new InFlightCounts();
  const table = new PrefixOwners();
  const blockTokens = tokensOfCharacters(options.blockBytes);
  let nextSweep: Seconds = SWEEP;

  return {
    name,
    ignoresMetrics: true,
    readsText: true,
    pick(routed, endpoints, { random }) {
      const load = (endpoint: Endpoint): number => counts.of(endpoint);
      const loads = endpoints.map(load);
      const runs = routed.request.prompts?.[0]?.keys(blockTokens) ?? [];
      const matched = table.contiguous(runs);
      const least = Math.min(...loads);
      const isImbalanced = Math.max(...loads) - least > options.imbalanceAbs;
      const candidates = isImbalanced ? endpoints.filter((endpoint) => load(endpoint) === least) : endpoints;
      const bound = loadGate(loads, options.deviations);
      const blocks = (endpoint: Endpoint): number => matched.get(endpoint.index) ?? 0;
      const holders = candidates.filter((endpoint) => blocks(endpoint) > 0 && load(endpoint) <= bound);
      const most = Math.max(...holders.map(blocks));
      const best = holders.filter((endpoint) => blocks(endpoint) === most);
      const picked = leastOf(best, load, random) ?? leastOf(endpoints, load, random);
      routed.predictedHitTokens = picked === undefined ? 0 : blocks(picked) * blockTokens;
      return picked;
    },
    commit({ request, endpoint }, now) {
      if (endpoint === undefined) return;
      counts.add(endpoint);
      const prompt = request.prompts?.[0];
      if (prompt !== undefined) table.insert(prompt.keys(blockTokens), endpoint.index, now);
    },
    end({ endpoint }) {
      if (endpoint !== undefined) counts.remove(endpoint);
    },
    forget(index) {
      counts.forget(index);
      table.forget(index);
    },
    advance(now) {
      if (now >= nextSweep) {
        table.dropBefore(now - TTL);
        nextSweep = now + SWEEP;
      }
      return nextSweep;
    },
    inFlight: () => counts.total(),
  };
}

/** mean + deviations x standard deviation (n - 1); of a single pod its own load. */
export function loadGate(loads: readonly number[], deviations: number): number {
  const n = loads.length;
  const mean = loads.reduce((sum, load) => sum + load, 0) / n;
  if (n < 2) return mean;
  let squares = 0;
  for (const load of loads) squares += (load - mean) * (load - mean);
  return mean + deviations * sqrt(squares / (n - 1));
}
