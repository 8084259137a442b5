import type { Endpoint } from '../endpoint.ts';
import { InFlightCounts } from '../policies/in-flight-counts.ts';
import { leastOf } from '../policies/least-of.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { rendezvous } from './rendezvous.ts';

/** Tokens that are hashed, and how far above the mean a worker may be loaded: sgl-model-gateway/src/policies/prefix_hash.rs. */
const PREFIX_TOKENS = 256;
const LOAD_FACTOR = 1.25;

/**
 * SGLang's prefix_hash: consistent hashing with bounded loads. The first 256 tokens name a home; it is taken while its
 * load is within LOAD_FACTOR x (total + 1) / n; else the least loaded of those within the bound; else the home after all.
 * A prompt without tokens has no home (there it gets no worker; here the least loaded).
 * Source: sgl-model-gateway/src/policies/prefix_hash.rs; the ring is rendezvous hashing here.
 */
export function sglangPrefixHash(name: string): RoutingPolicy {
  const counts = new InFlightCounts();
  return {
    name,
    ignoresMetrics: true,
    pick({ request }, endpoints, { random }) {
      const load = (endpoint: Endpoint): number => counts.of(endpoint);
      const prompt = request.prompts?.[0];
      const [first] =
        prompt === undefined || prompt.length === 0
          ? []
          : prompt.keys(Math.min(PREFIX_TOKENS, prompt.length));
      if (first === undefined) return leastOf(endpoints, load, random);
      const home = rendezvous(`${Math.min(PREFIX_TOKENS, prompt?.length ?? 0)}/${first.firstKey}`, endpoints);
      let total = 0;
      for (const endpoint of endpoints) total += load(endpoint);
      const bound = loadBound(total, endpoints.length);
      if (home !== undefined && load(home) <= bound) return home;
      const within = endpoints.filter((endpoint) => load(endpoint) <= bound);
      return leastOf(within, load, random) ?? home;
    },
    commit({ endpoint }) {
      if (endpoint !== undefined) counts.add(endpoint);
    },
    end({ endpoint }) {
      if (endpoint !== undefined) counts.remove(endpoint);
    },
    forget: (index) => counts.forget(index),
    inFlight: () => counts.total(),
  };
}

/** The load up to which a worker takes more, at `total` requests in flight on n workers. */
export function loadBound(total: number, n: number): number {
  return (LOAD_FACTOR * (total + 1)) / n;
}
