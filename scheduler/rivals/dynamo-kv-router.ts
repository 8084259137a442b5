import { exp } from '../../base/math.ts';
import type { Random } from '../../base/random.ts';
import type { Blocks, Tokens } from '../../base/units.ts';
import type { Endpoint } from '../endpoint.ts';
import { leastOf } from '../policies/least-of.ts';
import type { RoutedRequest, RoutingPolicy } from '../policies/routing-policy.ts';
import { EngineCaches } from './engine-caches.ts';

export interface DynamoOptions {
  readonly blockTokens: Tokens;
  /** Weight of cached blocks, and how fast it fades where prefill is queued. */
  readonly overlapCredit: number;
  readonly overlapDecay: number;
  readonly prefillScale: number;
  readonly activeRequestWeight: number;
  /** 0 = always the cheapest, ties at random. */
  readonly temperature: number;
}

/** Defaults of the router (docs/components/router); block size as vLLM's. */
export const DYNAMO_DEFAULTS: DynamoOptions = {
  blockTokens: 16,
  overlapCredit: 1,
  overlapDecay: 0,
  prefillScale: 1,
  activeRequestWeight: 0,
  temperature: 0,
};

/** What the router has sent to a worker and not seen end, in blocks. */
export interface DynamoLoad {
  readonly prefillBlocks: Blocks;
  readonly decodeBlocks: Blocks;
  readonly requests: number;
}

/**
 * Dynamo's KV router: the worker of the least cost (see dynamoCost) from the engines' KV events and the load that the
 * router tracks itself: blocks to prefill until the first token, blocks of the prompt until the end.
 * Source: lib/kv-router/src/scheduling/selector/default.rs of ai-dynamo/dynamo.
 */
export function dynamoKvRouter(name: string, options: DynamoOptions = DYNAMO_DEFAULTS): RoutingPolicy {
  const caches = new EngineCaches(options.blockTokens);
  const loads: (Mutable | undefined)[] = [];
  const loadOf = ({ index }: Endpoint): Mutable =>
    (loads[index] ??= { prefillBlocks: 0, decodeBlocks: 0, requests: 0 });
  const firstToken = (routed: RoutedRequest): void => {
    const charge = routed.memo as Charge | undefined;
    if (charge === undefined) return;
    charge.load.prefillBlocks -= charge.prefillBlocks;
    charge.prefillBlocks = 0;
  };
  const overlaps = (routed: RoutedRequest): ReadonlyMap<number, Blocks> =>
    caches.match(routed.request.prompts?.[0]);
  const blocksOf = ({ request }: RoutedRequest): Blocks =>
    Math.ceil((request.prompts?.[0]?.length ?? 0) / options.blockTokens);

  return {
    name,
    ignoresMetrics: true,
    pick(routed, endpoints, { random }) {
      const held = overlaps(routed);
      const requestBlocks = blocksOf(routed);
      const least = Math.min(...endpoints.map((endpoint) => loadOf(endpoint).prefillBlocks));
      const costs = endpoints.map((endpoint) =>
        dynamoCost(requestBlocks, held.get(endpoint.index) ?? 0, loadOf(endpoint), least, options),
      );
      const picked =
        options.temperature > 0
          ? endpoints[drawByCost(costs, options.temperature, random)]
          : leastOf(endpoints, (_, position) => costs[position] ?? Infinity, random);
      routed.predictedHitTokens =
        (picked === undefined ? 0 : (held.get(picked.index) ?? 0)) * options.blockTokens;
      return picked;
    },
    commit(routed) {
      const { endpoint } = routed;
      if (endpoint === undefined) return;
      const load = loadOf(endpoint);
      const decodeBlocks = blocksOf(routed);
      const prefillBlocks = Math.max(0, decodeBlocks - (overlaps(routed).get(endpoint.index) ?? 0));
      load.prefillBlocks += prefillBlocks;
      load.decodeBlocks += decodeBlocks;
      load.requests++;
      routed.memo = { load, prefillBlocks, decodeBlocks } satisfies Charge;
    },
    firstChunk: firstToken,
    end(routed) {
      firstToken(routed);
      const charge = routed.memo as Charge | undefined;
      if (charge === undefined) return;
      charge.load.decodeBlocks -= charge.decodeBlocks;
      charge.load.requests--;
      routed.memo = undefined;
    },
    kvEvents: (endpoint, events) => caches.observe(endpoint, '', events),
    forget(index) {
      caches.forget(index);
      loads[index] = undefined;
    },
    inFlight: () => loads.reduce((sum, load) => sum + (load?.requests ?? 0), 0),
  };
}

/**
 * prefillScale x max(active prefill + request - credit, 0) + (active decode + request) + weight x requests, in blocks,
 * with credit = overlapCredit x overlap / (1 + decay x (active prefill - the least active prefill) / request).
 */
export function dynamoCost(
  requestBlocks: Blocks,
  overlap: Blocks,
  load: DynamoLoad,
  leastPrefill: Blocks,
  options: Omit<DynamoOptions, 'blockTokens' | 'temperature'>,
): number {
  const waiting = requestBlocks === 0 ? 0 : (load.prefillBlocks - leastPrefill) / requestBlocks;
  const credit = (options.overlapCredit * overlap) / (1 + options.overlapDecay * waiting);
  const prefill = Math.max(load.prefillBlocks + requestBlocks - credit, 0);
  const decode = load.decodeBlocks + requestBlocks;
  return options.prefillScale * prefill + decode + options.activeRequestWeight * load.requests;
}

/** Probabilities of workers by softmax of -cost / (range of the costs x temperature); equal where costs are. */
export function costShares(costs: readonly number[], temperature: number): number[] {
  const least = Math.min(...costs);
  const range = Math.max(...costs) - least;
  const weights = costs.map((cost) => (range === 0 ? 1 : exp(-(cost - least) / (range * temperature))));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function drawByCost(costs: readonly number[], temperature: number, random: Random): number {
  let left = random.uniform();
  const shares = costShares(costs, temperature);
  for (let i = 0; i < shares.length; i++) {
    left -= shares[i] ?? 0;
    if (left < 0) return i;
  }
  return shares.length - 1;
}

interface Mutable {
  prefillBlocks: Blocks;
  decodeBlocks: Blocks;
  requests: number;
}

interface Charge {
  readonly load: Mutable;
  prefillBlocks: Blocks;
  readonly decodeBlocks: Blocks;
}
