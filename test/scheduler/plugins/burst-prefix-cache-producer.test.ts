import { describe, expect, it } from 'vitest';

import { prefixMatchData, type PrefixMatch } from '../../../scheduler/attributes.ts';
import type { InferenceRequest } from '../../../scheduler/request.ts';
import type { RequestState } from '../../../scheduler/request-state.ts';
import { request } from '../policies/support.ts';
import { configText, world, type World } from '../support/world.ts';

const TYPE = 'burst-prefix-cache-producer';
const text = (parameters = ''): string =>
  configText(
    `- {type: ${TYPE}, parameters: {blockSizeTokens: 64${parameters}}}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: ${TYPE}}}`,
    '  - {pluginRef: prefix-cache-scorer}',
  );

/** Lets requests in, all at one instant; prompts as [content, blocks][]. */
function arrive(
  w: World,
  prompts: readonly (readonly (readonly [number, number])[])[],
  now = 0,
): RequestState[] {
  return prompts.map((spans) => {
    const prompt = w.prompt(...spans.map(([content, blocks]) => [content, 0, 64 * blocks] as const));
    const state = w.picker.open(request({ prompts: [prompt], receivedAt: now }));
    expect(w.picker.admit(state, now)).toEqual({ kind: 'queued' });
    return state;
  });
}

/** Where each was placed: the number of the endpoint that counts as holding the prompt; `-` = nowhere. */
function placed({ picker }: World, states: readonly RequestState[], now: number): string {
  const key = picker.key<PrefixMatch>(prefixMatchData(TYPE));
  const { outcomes } = picker.advance(now);
  expect(outcomes.map(({ state }) => state)).toEqual(states);
  return states
    .map((state) => {
      picker.produce(state, now);
      const holders = picker.endpoints.filter(
        (endpoint) => (state.read(key, endpoint)?.matchBlocks ?? 0) > 0,
      );
      expect(holders.length).toBeLessThanOrEqual(1);
      return holders[0]?.id.slice(-1) ?? '-';
    })
    .join('');
}

describe('burst-prefix-cache-producer', () => {
  it('keeps requests until the window after the first of them has passed', () => {
    const w = world(text(', windowDurationMs: 50'), 2);
    const first = arrive(w, [[[1, 2]]], 10);
    expect(w.picker.advance(10).next).toBeCloseTo(10.05, 12);
    const second = arrive(w, [[[1, 2]]], 10.04);
    expect(w.picker.advance(10.04)).toMatchObject({ outcomes: [] });
    expect(placed(w, [...first, ...second], 10.05)).toBe('00');
    expect(w.picker.advance(10.05).next).toBe(Infinity);
    // The next one begins a window of its own.
    arrive(w, [[[1, 2]]], 10.06);
    expect(w.picker.advance(10.06).next).toBeCloseTo(10.11, 12);
  });

  it('places equal prompts together, groups apart, single ones nowhere', () => {
    const w = world(text(), 2);
    const [a, b, c] = [[[1, 3]], [[2, 3]], [[3, 3]]] as const;
    expect(placed(w, arrive(w, [a, b, a, c, b, a]), 0.1)).toBe('010-10');
  });

  it('begins with the longest prompts and prefers idle endpoints, then the first by id', () => {
    const w = world(text(), 3);
    w.scrape(0, { running: 2 });
    const [short, long] = [[[1, 1]], [[2, 5]]] as const;
    expect(placed(w, arrive(w, [short, short, long, long]), 0.1)).toBe('2211');
  });

  it('spills what exceeds maxPerReplica to the least loaded, one by one when all are full', () => {
    const w = world(text(', maxPerReplica: 2'), 2);
    const a = [[1, 1]] as const;
    expect(placed(w, arrive(w, [a, a, a, a, a, a]), 0.1)).toBe('001101');
  });

  it('places prompts with a common beginning together, while the endpoint is below its fair share', () => {
    const w = world(text(', minColocateBlocks: 2'), 2);
    // Three share two blocks; the fourth one alone does not count.
    const [a, b, c, d] = [
      [
        [1, 2],
        [2, 3],
      ],
      [
        [1, 2],
        [3, 2],
      ],
      [
        [1, 2],
        [4, 1],
      ],
      [[9, 5]],
    ] as const;
    // Fair share of three requests on two endpoints: 2.
    expect(placed(w, arrive(w, [c, b, a, d]), 0.1)).toBe('100-');
    const strict = world(text(', minColocateBlocks: 3'), 2);
    expect(placed(strict, arrive(strict, [c, b, a, d]), 0.1)).toBe('----');
  });

  it('spreads blocks that must be computed, if asked to', () => {
    const prompts = [[[1, 6]], [[1, 6]], [[2, 2]], [[2, 2]], [[3, 2]], [[3, 2]]] as const;
    const byRequests = world(text(), 2);
    expect(
      placed(
        byRequests,
        arrive(
          byRequests,
          prompts.map((p) => p),
        ),
        0.1,
      ),
    ).toBe('001100');
    const byTokens = world(text(', balanceBy: tokens'), 2);
    expect(
      placed(
        byTokens,
        arrive(
          byTokens,
          prompts.map((p) => p),
        ),
        0.1,
      ),
    ).toBe('001111');
  });

  it('lets a request go on at once when the burst is full: it matches nowhere', () => {
    const w = world(text(', maxBatchSize: 1'), 1);
    const states = arrive(w, [[[1, 1]]]);
    const late = w.picker.open(request({ prompts: [w.prompt([1, 0, 64])] }));
    expect(w.picker.admit(late, 0)).toEqual({ kind: 'admitted' });
    w.picker.produce(late, 0);
    const [endpoint] = w.picker.endpoints;
    expect(endpoint && late.read(w.picker.key(prefixMatchData(TYPE)), endpoint)).toBeUndefined();
    expect(placed(w, states, 0.1)).toBe('-');
  });

  it('does not bring back whom the client gave up, but places the others as if it were there', () => {
    const w = world(text(', maxPerReplica: 1'), 2);
    const states = arrive(w, [[[1, 1]], [[1, 1]], [[2, 1]]]);
    w.picker.end(states[0] as RequestState, 'client-disconnect', 0.05);
    expect(placed(w, states.slice(1), 0.1)).toBe('1-');
  });

  it.each([
    ['windowDurationMs: 10001', /windowDurationMs/],
    ['maxPrefixTokensToMatch: 63', /maxPrefixTokensToMatch/],
    ['maxBatchSize: 0', /maxBatchSize/],
  ])('refuses %s', (parameter, message) => {
    expect(() => world(text(`, ${parameter}`), 1)).toThrow(message);
  });

  it('passes requests without tokens on', () => {
    const w = world(text(), 1);
    const parts: Partial<InferenceRequest> = { prompts: undefined };
    const state = w.picker.open(request(parts));
    w.picker.admit(state, 0);
    expect(placed(w, [state], 0.1)).toBe('-');
  });
});
