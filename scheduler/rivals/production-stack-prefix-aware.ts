import type { Endpoint } from '../endpoint.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { PrefixOwners } from './prefix-owners.ts';
import { tokensOfCharacters } from './text-units.ts';

/** Characters per chunk of the trie: src/vllm_router/prefix/hashtrie.py. */
const CHUNK_CHARACTERS = 128;

/**
 * The production stack's prefixaware: descends a trie of 128-character chunks while an endpoint that is present owns the
 * node, and takes one of the owners of the deepest at random; nobody: any endpoint. It has no term for load, and the trie
 * is never cut (prefix-min-match-length 0). A last partial chunk is not entered here.
 * Source: src/vllm_router/routers/routing_logic.py of vllm-project/production-stack at a6c01db.
 */
export function productionStackPrefixAware(name: string): RoutingPolicy {
  const trie = new PrefixOwners();
  const chunkTokens = tokensOfCharacters(CHUNK_CHARACTERS);
  return {
    name,
    ignoresMetrics: true,
    readsText: true,
    pick(routed, endpoints, { random }) {
      const byIndex = new Map(endpoints.map((endpoint) => [endpoint.index, endpoint]));
      let owners: readonly Endpoint[] = endpoints;
      let chunks = 0;
      trie.walk(routed.request.prompts?.[0]?.keys(chunkTokens) ?? [], (marks, count) => {
        const here = marks.flatMap(({ endpoint }) => byIndex.get(endpoint) ?? []);
        if (here.length === 0) return false;
        owners = here;
        chunks += count;
        return true;
      });
      routed.predictedHitTokens = chunks * chunkTokens;
      const ordered = [...owners].sort((a, b) => a.index - b.index);
      return ordered[random.integer(ordered.length)];
    },
    commit({ request, endpoint }) {
      const prompt = request.prompts?.[0];
      if (endpoint !== undefined && prompt !== undefined)
        trie.insert(prompt.keys(chunkTokens), endpoint.index, 0);
    },
    forget: (index) => trie.forget(index),
  };
}
