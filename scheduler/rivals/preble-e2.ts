import type { Seconds, Tokens } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { leastOf } from '../policies/least-of.ts';
import type { RoutedRequest, RoutingPolicy } from '../policies/routing-policy.ts';
import { PrefixOwners } from './prefix-owners.ts';

/** Window of the costs, output tokens and time per output token before any was seen: global_scheduler_with_time.py. */
const WINDOW: Seconds = 180;
const OUTPUT_TOKENS: Tokens = 45;
const OUTPUT_TOKEN_TIME: Seconds = 0.15;
/** Linear part of the prefill time of Mistral-7B on an A6000: 112.6 ms for 1,000 tokens. */
const PREFILL_TOKEN_TIME: Seconds = 0.1126e-3;

/**
 * Preble's E2: exploit or explore. If less of the prompt is new than is known, the GPUs that own the longest known
 * beginning (of several the cheapest), else the cheapest of all. Cost of a GPU in seconds = prefill time of the tokens
 * that were new to it in the last 3 minutes + requests in flight x output tokens x time per output token; ties at random.
 * Costs are summed by request and not by node of the tree; the rebalancing of hot nodes and the recomputation cost of what
 * its cache would evict are not modelled.
 * Source: preble/global_scheduler_with_time.py of WukLab/preble; arXiv 2407.00023.
 */
export function prebleE2(name: string): RoutingPolicy {
  const tree = new PrefixOwners();
  const gpus: (Gpu | undefined)[] = [];
  const gpuOf = ({ index }: Endpoint): Gpu =>
    (gpus[index] ??= { recent: [], head: 0, newTokens: 0, active: 0 });

  return {
    name,
    ignoresMetrics: true,
    pick(routed, endpoints, { now, random }) {
      const { known, owners } = beginning(tree, routed);
      const length = routed.request.prompts?.[0]?.length ?? 0;
      const owning = endpoints.filter(({ index }) => owners.has(index));
      const exploits = owning.length > 0 && length - known < known;
      const cost = (endpoint: Endpoint): number => gpuCost(gpuOf(endpoint), now);
      const picked = leastOf(exploits ? owning : endpoints, cost, random);
      routed.predictedHitTokens = picked !== undefined && owners.has(picked.index) ? known : 0;
      return picked;
    },
    commit(routed, now) {
      const { endpoint, request } = routed;
      const prompt = request.prompts?.[0];
      if (endpoint === undefined) return;
      const gpu = gpuOf(endpoint);
      gpu.active++;
      if (prompt === undefined) return;
      const runs = prompt.keys(1);
      const newTokens = prompt.length - (tree.contiguous(runs).get(endpoint.index) ?? 0);
      gpu.recent.push({ at: now, newTokens });
      gpu.newTokens += newTokens;
      tree.insert(runs, endpoint.index, now);
    },
    end({ endpoint }) {
      if (endpoint !== undefined) gpuOf(endpoint).active--;
    },
    forget(index) {
      tree.forget(index);
      gpus[index] = undefined;
    },
    /** The tree knows what was sent within the window. */
    advance(now) {
      tree.dropBefore(now - WINDOW);
      return now + WINDOW / 10;
    },
    inFlight: () => gpus.reduce((sum, gpu) => sum + (gpu?.active ?? 0), 0),
  };
}

/** Seconds of work that a GPU was given lately: see prebleE2. */
export function workSeconds(newTokens: Tokens, active: number): Seconds {
  return newTokens * PREFILL_TOKEN_TIME + active * OUTPUT_TOKENS * OUTPUT_TOKEN_TIME;
}

interface Gpu {
  readonly recent: { readonly at: Seconds; readonly newTokens: Tokens }[];
  /** The first of them that is still within the window. */
  head: number;
  newTokens: Tokens;
  active: number;
}

function gpuCost(gpu: Gpu, now: Seconds): Seconds {
  for (;;) {
    const oldest = gpu.recent[gpu.head];
    if (oldest === undefined || oldest.at >= now - WINDOW) break;
    gpu.newTokens -= oldest.newTokens;
    gpu.head++;
  }
  if (gpu.head > 1024 && gpu.head * 2 > gpu.recent.length) {
    gpu.recent.splice(0, gpu.head);
    gpu.head = 0;
  }
  return workSeconds(gpu.newTokens, gpu.active);
}

/** The longest beginning of the prompt that one GPU was sent whole, and who was. */
function beginning(
  tree: PrefixOwners,
  { request }: RoutedRequest,
): { readonly known: Tokens; readonly owners: ReadonlySet<number> } {
  const counts = tree.contiguous(request.prompts?.[0]?.keys(1) ?? []);
  const known = Math.max(0, ...counts.values());
  return {
    known,
    owners: new Set([...counts].flatMap(([index, count]) => (count === known ? [index] : []))),
  };
}
