import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PLAIN_POLICIES } from '../../../scheduler/policies/plain-policies.ts';
import { RoutedRequest } from '../../../scheduler/policies/routing-policy.ts';
import { context, endpoints, request, routed } from './support.ts';

describe('round-robin', () => {
  it('takes the endpoints in turn', () => {
    const policy = PLAIN_POLICIES['round-robin']();
    const fleet = endpoints(3);
    const picks = Array.from({ length: 5 }, () => policy.pick(routed(), fleet, context())?.index);
    expect(picks).toEqual([0, 1, 2, 0, 1]);
  });

  it('counts each role apart', () => {
    const policy = PLAIN_POLICIES['round-robin']();
    const fleet = endpoints(2);
    const pick = (role: 'prefill' | 'decode'): number | undefined =>
      policy.pick(new RoutedRequest(request(), role), fleet, context())?.index;
    expect([pick('prefill'), pick('decode'), pick('prefill'), pick('prefill'), pick('decode')]).toEqual([
      0, 0, 1, 0, 1,
    ]);
  });
});

describe('random', () => {
  it('gives every endpoint its share', () => {
    const policy = PLAIN_POLICIES.random();
    const fleet = endpoints(4);
    const draws = context(7);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const index = policy.pick(routed(), fleet, draws)?.index ?? -1;
      counts[index] = (counts[index] ?? 0) + 1;
    }
    // Four standard deviations of a binomial(4000, 1/4) around its mean.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });
});

describe('least-request', () => {
  it('takes the endpoint with the fewest requests in flight, and counts to the end of the stream', () => {
    const policy = PLAIN_POLICIES['least-request']();
    const fleet = endpoints(2);
    const [first, second] = fleet;
    const held = routed();
    held.endpoint = first;
    policy.commit?.(held, 0);
    const other = routed();
    expect(policy.pick(other, fleet, context())).toBe(second);
    other.endpoint = second;
    policy.commit?.(other, 0);
    policy.firstChunk?.(held, 1);
    policy.end?.(held, 'client-disconnect', 2);
    expect(policy.pick(routed(), fleet, context())).toBe(first);
    policy.end?.(other, 'natural', 2);
    expect(policy.inFlight?.()).toBe(0);
  });

  it('breaks ties at random, and only ties', () => {
    const policy = PLAIN_POLICIES['least-request']();
    const fleet = endpoints(3);
    const busy = routed();
    busy.endpoint = fleet[1];
    policy.commit?.(busy, 0);
    const draws = context(3);
    const met = new Set(Array.from({ length: 64 }, () => policy.pick(routed(), fleet, draws)?.index));
    expect([...met].sort((a = -1, b = -1) => a - b)).toEqual([0, 2]);
  });

  it('never sends a request to an endpoint with more in flight than another', () => {
    let ended = 0;
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), fc.integer(), (steps, seed) => {
        const policy = PLAIN_POLICIES['least-request']();
        const fleet = endpoints(4);
        const counts = [0, 0, 0, 0];
        const open: RoutedRequest[] = [];
        const draws = context(seed);
        for (const arrives of steps) {
          const oldest = arrives ? undefined : open.shift();
          if (oldest?.endpoint === undefined) {
            const next = routed();
            next.endpoint = policy.pick(next, fleet, draws);
            policy.commit?.(next, 0);
            const index = next.endpoint?.index ?? -1;
            expect(counts[index]).toBe(Math.min(...counts));
            counts[index] = (counts[index] ?? 0) + 1;
            open.push(next);
          } else {
            policy.end?.(oldest, 'natural', 0);
            counts[oldest.endpoint.index] = (counts[oldest.endpoint.index] ?? 0) - 1;
            ended++;
          }
        }
        for (const rest of open) policy.end?.(rest, 'natural', 0);
        expect(policy.inFlight?.()).toBe(0);
      }),
    );
    expect(ended).toBeGreaterThan(0);
  });

  it('forgets an endpoint that has gone', () => {
    const policy = PLAIN_POLICIES['least-request']();
    const fleet = endpoints(2);
    const held = routed();
    held.endpoint = fleet[0];
    policy.commit?.(held, 0);
    policy.forget?.(0);
    policy.end?.(held, 'error', 1);
    expect(policy.inFlight?.()).toBe(0);
  });
});
