import type { Seconds, Tokens } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { InFlightCounts } from '../policies/in-flight-counts.ts';
import { leastOf } from '../policies/least-of.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { PrefixOwners } from './prefix-owners.ts';
import { tokensOfCharacters } from './text-units.ts';

export interface CacheAwareOptions {
  /** Share of the text that must be matched. */
  readonly cacheThreshold: number;
  readonly balanceAbs: number;
  readonly balanceRel: number;
  readonly evictionInterval: Seconds;
  /** Characters that are remembered per worker. */
  readonly maxTreeSize: number;
}

/** sgl-model-gateway/src/policies: the defaults of the Rust struct, and those of the command line (router_args.py). */
export const CACHE_AWARE_LIB: CacheAwareOptions = {
  cacheThreshold: 0.5,
  balanceAbs: 32,
  balanceRel: 1.1,
  evictionInterval: 30,
  maxTreeSize: 10_000,
};
export const CACHE_AWARE_CLI: CacheAwareOptions = {
  cacheThreshold: 0.3,
  balanceAbs: 64,
  balanceRel: 1.5,
  evictionInterval: 60,
  maxTreeSize: 2 ** 26,
};

/**
 * SGLang's classic cache_aware. Loads are the requests in flight as the router counts them. Imbalanced (max - min >
 * balanceAbs and max > balanceRel x min, over all workers): the least loaded. Else the last worker that was sent the
 * longest known beginning of the text, if that is more than cacheThreshold of it; else the least loaded. The text is
 * remembered for whoever gets it; the least recently sent goes when a worker has too much. Ties of load: the first.
 * The tree is over tokens here, 4 characters each, and forgets whole requests at a time.
 * Source: sgl-model-gateway/src/policies/cache_aware.rs.
 */
export function sglangCacheAware(name: string, options: CacheAwareOptions): RoutingPolicy {
  const counts = new InFlightCounts();
  const tree = new PrefixOwners();
  const mostTokens = tokensOfCharacters(options.maxTreeSize);
  let stamp = 0;
  let nextEviction: Seconds = options.evictionInterval;

  return {
    name,
    ignoresMetrics: true,
    readsText: true,
    pick(routed, endpoints, { random }) {
      const load = (endpoint: Endpoint): number => counts.of(endpoint);
      const prompt = routed.request.prompts?.[0];
      routed.predictedHitTokens = undefined;
      if (prompt !== undefined && !isImbalanced(endpoints.map(load), options)) {
        const { tokens, owner } = longestMatch(tree, prompt.keys(1));
        if (prompt.length > 0 && tokens / prompt.length > options.cacheThreshold) {
          const worker = endpoints.find(({ index }) => index === owner);
          if (worker !== undefined) {
            routed.predictedHitTokens = tokens;
            return worker;
          }
        }
      }
      return leastOf(endpoints, load, { ...random, integer: () => 0 });
    },
    commit({ request, endpoint }) {
      if (endpoint === undefined) return;
      counts.add(endpoint);
      const prompt = request.prompts?.[0];
      if (prompt !== undefined) tree.insert(prompt.keys(1), endpoint.index, ++stamp);
    },
    end({ endpoint }) {
      if (endpoint !== undefined) counts.remove(endpoint);
    },
    forget(index) {
      counts.forget(index);
      tree.forget(index);
    },
    advance(now) {
      if (now >= nextEviction) {
        tree.limitEach(mostTokens);
        nextEviction = now + options.evictionInterval;
      }
      return nextEviction;
    },
    inFlight: () => counts.total(),
  };
}

/** The gate that turns affinity off for everybody. */
export function isImbalanced(
  loads: readonly number[],
  { balanceAbs, balanceRel }: Pick<CacheAwareOptions, 'balanceAbs' | 'balanceRel'>,
): boolean {
  const most = Math.max(...loads);
  const least = Math.min(...loads);
  return most - least > balanceAbs && most > balanceRel * least;
}

/** Tokens that anybody was sent, and who was sent the last of them last. */
function longestMatch(
  tree: PrefixOwners,
  runs: Parameters<PrefixOwners['walk']>[0],
): { readonly tokens: Tokens; readonly owner: number | undefined } {
  let tokens = 0;
  let owner: number | undefined;
  tree.walk(runs, (marks, count) => {
    tokens += count;
    owner = marks.at(-1)?.endpoint;
    return true;
  });
  return { tokens, owner };
}
