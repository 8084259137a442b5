import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import {
  AIBRIX_CODE,
  AIBRIX_YAML,
  aibrixPrefixCache,
  loadGate,
} from '../../../scheduler/rivals/aibrix-prefix-cache.ts';
import { costShares, DYNAMO_DEFAULTS, dynamoCost } from '../../../scheduler/rivals/dynamo-kv-router.ts';
import { workSeconds } from '../../../scheduler/rivals/preble-e2.ts';
import { isWorthIt } from '../../../scheduler/rivals/production-stack-kv-aware.ts';
import {
  CACHE_AWARE_CLI,
  CACHE_AWARE_LIB,
  isImbalanced,
  sglangCacheAware,
} from '../../../scheduler/rivals/sglang-cache-aware.ts';
import { loadBound } from '../../../scheduler/rivals/sglang-prefix-hash.ts';
import type { RoutedRequest, RoutingPolicy } from '../../../scheduler/policies/routing-policy.ts';
import type { Endpoint } from '../../../scheduler/endpoint.ts';
import { context, endpoints, routed } from '../policies/support.ts';

/** Puts requests in flight on endpoints: loads[i] on the i-th. */
function load(policy: RoutingPolicy, fleet: readonly Endpoint[], loads: readonly number[]): void {
  loads.forEach((count, i) => {
    for (let n = 0; n < count; n++) send(policy, routed(), fleet[i]);
  });
}

function send(policy: RoutingPolicy, request: RoutedRequest, endpoint: Endpoint | undefined): RoutedRequest {
  request.endpoint = endpoint;
  policy.commit?.(request, 0);
  return request;
}

describe('SGLang cache_aware', () => {
  it.each([
    ['lib', [40, 10], false],
    ['lib', [43, 10], true],
    ['cli', [150, 100], false],
    ['cli', [165, 100], true],
  ] as const)('%s: loads %j are imbalanced: %s', (kind, loads, expected) => {
    expect(isImbalanced(loads, kind === 'lib' ? CACHE_AWARE_LIB : CACHE_AWARE_CLI)).toBe(expected);
  });

  it.each([
    [[40, 10], 0],
    [[43, 10], 1],
  ] as const)('under loads %j a known prompt goes to worker %i', (loads, expected) => {
    const policy = sglangCacheAware('x', CACHE_AWARE_LIB);
    const fleet = endpoints(2);
    const prompt = new PromptTree().prompt([{ content: 1, start: 0, tokens: 100 }]);
    load(policy, fleet, [loads[0] - 1, loads[1]]);
    send(policy, routed(prompt), fleet[0]);
    const next = routed(prompt);
    expect(policy.pick(next, fleet, context())?.index).toBe(expected);
    expect(next.predictedHitTokens).toBe(expected === 0 ? 100 : undefined);
  });

  it('goes to the least loaded unless more than the threshold of the text is known', () => {
    const policy = sglangCacheAware('x', CACHE_AWARE_LIB);
    const fleet = endpoints(2);
    const tree = new PromptTree();
    const of = (shared: number, own: number, content: number): RoutedRequest =>
      routed(
        tree.prompt([
          { content: 1, start: 0, tokens: shared },
          { content, start: 0, tokens: own },
        ]),
      );
    send(policy, of(50, 50, 2), fleet[0]);
    expect(policy.pick(of(50, 50, 3), fleet, context())?.index).toBe(1);
    expect(policy.pick(of(50, 49, 4), fleet, context())?.index).toBe(0);
  });

  it('forgets the least recently sent text beyond its bound', () => {
    const policy = sglangCacheAware('x', { ...CACHE_AWARE_LIB, maxTreeSize: 800 });
    const fleet = endpoints(2);
    const tree = new PromptTree();
    const prompt = (content: number) => tree.prompt([{ content, start: 0, tokens: 150 }]);
    for (const content of [1, 2]) policy.end?.(send(policy, routed(prompt(content)), fleet[1]), 'natural', 0);
    policy.advance?.(30);
    expect(policy.pick(routed(prompt(1)), fleet, context())?.index).toBe(0);
    expect(policy.pick(routed(prompt(2)), fleet, context())?.index).toBe(1);
  });
});

describe('SGLang prefix_hash', () => {
  it('takes 31 requests on one of four workers at 100 in flight, and not 32', () => {
    expect(31).toBeLessThanOrEqual(loadBound(100, 4));
    expect(32).toBeGreaterThan(loadBound(100, 4));
  });
});

describe('AIBrix prefix-cache', () => {
  it('gates loads {2, 4, 4, 10} at 8.46 (k = 1) and 11.93 (k = 2)', () => {
    expect(loadGate([2, 4, 4, 10], 1)).toBeCloseTo(8.464, 3);
    expect(loadGate([2, 4, 4, 10], 2)).toBeCloseTo(11.928, 3);
  });

  it.each([
    [AIBRIX_CODE, 0],
    [AIBRIX_YAML, 3],
  ])('under those loads and %j a prompt of pod 3 goes to pod %i', (options, expected) => {
    const policy = aibrixPrefixCache('x', options);
    const fleet = endpoints(4);
    const prompt = new PromptTree().prompt([{ content: 1, start: 0, tokens: 640 }]);
    load(policy, fleet, [2, 4, 4, 9]);
    send(policy, routed(prompt), fleet[3]);
    expect(policy.pick(routed(prompt), fleet, context())?.index).toBe(expected);
  });
});

describe('Dynamo', () => {
  const idle = { prefillBlocks: 0, decodeBlocks: 0, requests: 0 };
  const warm = { prefillBlocks: 128, decodeBlocks: 200, requests: 3 };

  it('costs 408 warm and 128 cold for 64 blocks, and 440 warm with decay 1', () => {
    expect(dynamoCost(64, 48, warm, 0, DYNAMO_DEFAULTS)).toBe(408);
    expect(dynamoCost(64, 0, idle, 0, DYNAMO_DEFAULTS)).toBe(128);
    expect(dynamoCost(64, 48, warm, 0, { ...DYNAMO_DEFAULTS, overlapDecay: 1 })).toBeCloseTo(440, 9);
  });

  it('draws costs 10, 20, 30 at temperature 0.5 with 0.665, 0.245, 0.090', () => {
    const shares = costShares([10, 20, 30], 0.5);
    [0.665, 0.245, 0.09].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 3));
  });
});

describe('Preble', () => {
  it('counts 112.6 ms for 1,000 tokens to prefill, and 45 tokens of 150 ms for a request in flight', () => {
    expect(workSeconds(1000, 0)).toBeCloseTo(0.1126, 9);
    expect(workSeconds(0, 2)).toBeCloseTo(2 * 45 * 0.15, 9);
  });
});

describe('production stack kvaware', () => {
  it('follows a match that lacks at most 2,000 tokens', () => {
    expect([
      isWorthIt(0, 2000),
      isWorthIt(0, 2001),
      isWorthIt(8000, 10_000),
      isWorthIt(7999, 10_000),
    ]).toEqual([true, false, true, false]);
  });
});
