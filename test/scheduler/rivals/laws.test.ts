import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import { StoredPromptPart } from '../../../scheduler/kv-index/stored-prompt-part.ts';
import type { RoutedRequest } from '../../../scheduler/policies/routing-policy.ts';
import { RIVAL_POLICIES } from '../../../scheduler/rivals/rival-policies.ts';
import { context, endpoints, routed } from '../policies/support.ts';

const FLEET = endpoints(5);

const step = fc.record({
  op: fc.constantFrom('send', 'send', 'send', 'first', 'end', 'pass'),
  shared: fc.integer({ min: 1, max: 4 }),
  own: fc.integer({ min: 0, max: 200 }),
  session: fc.constantFrom('s1', 's2', 's3', undefined),
  present: fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }),
});

describe.each([...RIVAL_POLICIES])('%s', (name, make) => {
  it('has its name, picks among those that are there, and counts back to zero', () => {
    const met = { picked: 0, ended: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), fc.integer(), (steps, seed) => {
        const policy = make();
        expect(policy.name).toBe(name);
        const tree = new PromptTree();
        const open: RoutedRequest[] = [];
        const began = new Set<RoutedRequest>();
        const draws = context(seed);
        let now = 0;
        for (const { op, shared, own, session, present } of steps) {
          now += 20;
          const candidates = present.flatMap((index) => FLEET[index] ?? []);
          if (op === 'send') {
            const prompt = tree.prompt([
              { content: shared, start: 0, tokens: 300 * shared },
              { content: 100 + own, start: 0, tokens: own },
            ]);
            const request = routed(prompt, session === undefined ? {} : { 'x-session-id': session });
            const endpoint = policy.pick(request, candidates, { ...draws, now });
            expect(candidates).toContain(endpoint);
            expect(request.predictedHitTokens ?? 0).toBeLessThanOrEqual(prompt.length + 32);
            request.endpoint = endpoint;
            policy.commit?.(request, now);
            if (endpoint !== undefined) {
              const tokens = new StoredPromptPart(prompt, 0, prompt.length);
              const blocks = prompt.keys(16);
              policy.kvEvents?.(
                endpoint,
                [{ type: 'stored', blocks, parent: undefined, tokens, blockSize: 16 }],
                now,
              );
            }
            open.push(request);
            met.picked++;
          }
          const [oldest] = open;
          if (op === 'first' && oldest !== undefined && !began.has(oldest)) {
            began.add(oldest);
            policy.firstChunk?.(oldest, now);
          }
          if (op === 'end' && oldest !== undefined) {
            open.shift();
            policy.end?.(oldest, 'natural', now);
            met.ended++;
          }
          if (op === 'pass') expect(policy.advance?.(now) ?? Infinity).toBeGreaterThan(now);
        }
        for (const request of open) policy.end?.(request, 'client-disconnect', now);
        expect(policy.inFlight?.() ?? 0).toBe(0);
      }),
      { numRuns: 60 },
    );
    expect(Math.min(met.picked, met.ended)).toBeGreaterThan(60);
  });

  it('draws nothing but from the stream that it is given', () => {
    const play = (seed: number): (number | undefined)[] => {
      const policy = make();
      const tree = new PromptTree();
      const draws = context(seed);
      return Array.from({ length: 40 }, (_, i) => {
        const request = routed(tree.prompt([{ content: i % 7, start: 0, tokens: 400 }]), {
          'x-session-id': `s${i % 9}`,
        });
        request.endpoint = policy.pick(request, FLEET, { ...draws, now: i });
        policy.commit?.(request, i);
        return request.endpoint?.index;
      });
    };
    expect(play(5)).toEqual(play(5));
  });
});

describe('what the policies are for', () => {
  const prompt = new PromptTree().prompt([{ content: 1, start: 0, tokens: 4096 }]);

  it.each([
    'sglang@2026-08:cache-aware',
    'sglang@2026-08:prefix-hash',
    'production-stack@a6c01db:prefix-aware',
    'aibrix@e3e10f9:prefix-cache',
    'preble@2024:e2',
  ])('%s sends a prompt where it was sent before', (name) => {
    const policy = RIVAL_POLICIES.get(name)?.();
    const first = routed(prompt);
    first.endpoint = policy?.pick(first, FLEET, context(3));
    policy?.commit?.(first, 0);
    policy?.end?.(first, 'natural', 1);
    const again = Array.from({ length: 20 }, (_, seed) => policy?.pick(routed(prompt), FLEET, context(seed)));
    expect(new Set(again)).toEqual(new Set([first.endpoint]));
  });

  it.each(['production-stack@a6c01db:kv-aware', 'dynamo@2026-06:kv-router'])(
    '%s sends a prompt to the engine that says it holds it, until it no longer does',
    (name) => {
      const policy = RIVAL_POLICIES.get(name)?.();
      const holder = FLEET[3];
      if (holder === undefined) throw new Error('no endpoint');
      const blocks = prompt.keys(16);
      const tokens = new StoredPromptPart(prompt, 0, 4096);
      policy?.kvEvents?.(holder, [{ type: 'stored', blocks, parent: undefined, tokens, blockSize: 16 }], 0);
      const request = routed(prompt);
      expect(policy?.pick(request, FLEET, context())).toBe(holder);
      expect(request.predictedHitTokens).toBe(4096);
      policy?.kvEvents?.(holder, [{ type: 'cleared' }], 0);
      const met = Array.from({ length: 40 }, (_, seed) => policy?.pick(request, FLEET, context(seed)));
      expect(request.predictedHitTokens).toBe(0);
      expect(met.filter((endpoint) => endpoint === holder).length).toBeLessThan(20);
    },
  );

  it('sticky-least-loaded keeps sessions and spreads new ones', () => {
    const policy = RIVAL_POLICIES.get('vllm-router@pr235:sticky-least-loaded')?.();
    const send = (session: string): number | undefined => {
      const request = routed(prompt, { 'x-session-id': session });
      request.endpoint = policy?.pick(request, FLEET, context());
      policy?.commit?.(request, 0);
      policy?.end?.(request, 'natural', 0);
      return request.endpoint?.index;
    };
    const homes = ['a', 'b', 'c', 'd', 'e'].map(send);
    expect([...homes].sort((a = -1, b = -1) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(['a', 'b', 'c', 'd', 'e'].map(send)).toEqual(homes);
    policy?.advance?.(660);
    expect(new Set(['f', 'g', 'h', 'i', 'j'].map(send)).size).toBe(5);
  });

  it('power-of-two prefers the emptier of two', () => {
    const policy = RIVAL_POLICIES.get('envoy@2026-08:power-of-two')?.();
    const busy = routed();
    busy.endpoint = FLEET[0];
    policy?.commit?.(busy, 0);
    const draws = context(2);
    const counts = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const index = policy?.pick(routed(), FLEET.slice(0, 2), draws)?.index ?? -1;
      counts[index] = (counts[index] ?? 0) + 1;
    }
    // The busy one only when it is drawn twice: a quarter; four standard deviations.
    expect(Math.abs((counts[0] ?? 0) - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });
});
