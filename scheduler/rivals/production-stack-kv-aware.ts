import type { Seconds, Tokens } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { leastOf } from '../policies/least-of.ts';
import type { RoutingPolicy } from '../policies/routing-policy.ts';
import { EngineCaches } from './engine-caches.ts';
import { rendezvous } from './rendezvous.ts';

/** How many tokens may be missing (--kv-aware-threshold), and the window of the request rates: parsers/parser.py. */
const THRESHOLD: Tokens = 2000;
const RATE_WINDOW: Seconds = 60;
/** vLLM's default block. LMCache's own chunks are coarser; what it reports here is what the engines hold. */
const BLOCK_TOKENS: Tokens = 16;
const SESSION_HEADER = 'x-session-id';

/**
 * The production stack's kvaware: the endpoint that holds most of the prompt (the first of equals), unless it lacks more
 * than 2,000 tokens of it; then the session's endpoint by a hash ring; without a session the one with the lowest request
 * rate of the last minute, of which one that has had none is the first.
 * Source: src/vllm_router/routers/routing_logic.py of vllm-project/production-stack at a6c01db.
 */
export function productionStackKvAware(name: string): RoutingPolicy {
  const caches = new EngineCaches(BLOCK_TOKENS);
  const rates = new RecentCounts(RATE_WINDOW);
  return {
    name,
    ignoresMetrics: true,
    pick(routed, endpoints, { now, random }) {
      const { request } = routed;
      const prompt = request.prompts?.[0];
      const held = caches.match(prompt);
      let best: Endpoint | undefined;
      let most = 0;
      for (const endpoint of endpoints) {
        const blocks = held.get(endpoint.index) ?? 0;
        if (blocks > most) {
          most = blocks;
          best = endpoint;
        }
      }
      const matched = most * BLOCK_TOKENS;
      routed.predictedHitTokens = matched;
      if (best !== undefined && isWorthIt(matched, prompt?.length ?? 0)) return best;
      const session = request.headers[SESSION_HEADER];
      const picked =
        session === undefined
          ? leastOf(endpoints, (endpoint) => rates.of(endpoint, now), { ...random, integer: () => 0 })
          : rendezvous(session, endpoints);
      routed.predictedHitTokens = picked === undefined ? 0 : (held.get(picked.index) ?? 0) * BLOCK_TOKENS;
      return picked;
    },
    commit({ endpoint }, now) {
      if (endpoint !== undefined) rates.add(endpoint, now);
    },
    kvEvents: (endpoint, events) => caches.observe(endpoint, '', events),
    forget(index) {
      caches.forget(index);
      rates.forget(index);
    },
  };
}

/** Whether a match decides: at least all but 2,000 tokens. */
export function isWorthIt(matched: Tokens, length: Tokens): boolean {
  return matched >= Math.max(length - THRESHOLD, 0);
}

/** Requests per endpoint within a window of time. */
class RecentCounts {
  private readonly times: (Seconds[] | undefined)[] = [];
  private readonly window: Seconds;

  constructor(window: Seconds) {
    this.window = window;
  }

  add({ index }: Endpoint, now: Seconds): void {
    (this.times[index] ??= []).push(now);
  }

  of({ index }: Endpoint, now: Seconds): number {
    const times = this.times[index];
    if (times === undefined) return 0;
    let old = 0;
    while ((times[old] ?? Infinity) < now - this.window) old++;
    if (old > 0) times.splice(0, old);
    return times.length;
  }

  forget(index: number): void {
    this.times[index] = undefined;
  }
}
