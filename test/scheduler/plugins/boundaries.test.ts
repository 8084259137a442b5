import { describe, expect, it } from 'vitest';

import {
  inFlightData,
  prefixMatchData,
  type InFlightLoad,
  type PrefixMatch,
} from '../../../scheduler/attributes.ts';
import { configText, reasons, scores, world } from '../support/world.ts';

/* Where a rule turns; the recorded decisions do not happen to lie there. */

const one = (plugin: string): string => {
  const type = /type: ([a-z-]+)/.exec(plugin)?.[1] ?? '';
  return configText(`- {${plugin}}`, `  - {pluginRef: ${type}}`);
};

describe('prefix-cache-affinity-filter', () => {
  /** p0 holds a share of the prompt and has tokens in flight; p1 has neither. */
  const kept = (matchBlocks: number, tokens: number, parameters = ''): number => {
    const text = configText(
      `- {type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.8, peakPrefillThroughput: 1000, maxTTFTPenaltyMs: 1000${parameters}}}\n- {type: queue-scorer}`,
      '  - {pluginRef: prefix-cache-affinity-filter}\n  - {pluginRef: queue-scorer}',
    );
    const { picker, decide } = world(text, 2);
    const match: PrefixMatch = {
      matchBlocks,
      totalBlocks: 10,
      blockSizeTokens: 64,
      cachedBlocks: matchBlocks,
    };
    const load: InFlightLoad = { requests: 1, tokens };
    const [endpoint] = picker.endpoints;
    if (endpoint === undefined) throw new Error('there are two endpoints');
    endpoint.attributes[picker.key(inFlightData()).slot] = load;
    const state = decide();
    state.column(picker.key<PrefixMatch>(prefixMatchData()))[endpoint.index] = match;
    picker.schedule(state, 0, { explain: true });
    return reasons(state).endpoints.length;
  };

  it('takes the threshold itself for enough', () => {
    expect([7, 8].map((blocks) => kept(blocks, 0))).toEqual([2, 1]);
  });

  it('bears a wait as long as the penalty, and no longer', () => {
    expect([1000, 1001].map((tokens) => kept(10, tokens))).toEqual([1, 2]);
  });

  it('explores always, or never', () => {
    expect(kept(10, 0, ', explorationProbability: 1')).toBe(2);
    expect(kept(10, 0, ', explorationProbability: 0')).toBe(1);
  });
});

describe('utilization-detector as a filter', () => {
  it('wants less than the limits with their headroom, and scrapes not older than they may be', () => {
    const w = world(
      configText(
        '- {type: utilization-detector, parameters: {headroom: 0.2}}\n- {type: queue-scorer}',
        '  - {pluginRef: utilization-detector}\n  - {pluginRef: queue-scorer}',
      ),
      4,
    );
    w.scrape(0, { waiting: 5, kvUsage: 0.95, updatedAt: 0 });
    w.scrape(1, { waiting: 6, updatedAt: 0 });
    w.scrape(2, { kvUsage: 0.96, updatedAt: 0 });
    w.scrape(3, { updatedAt: -0.01 });
    expect(reasons(w.decide({}, 0.2)).endpoints.map(({ id }) => id)).toEqual(['ns/p0']);
  });
});

describe('lora-affinity-scorer', () => {
  it('tells loaded, free, waiting and full apart', () => {
    const w = world(one('type: lora-affinity-scorer'), 4);
    w.scrape(0, { activeAdapters: { m: 1, a: 1 }, maxActiveAdapters: 2 });
    w.scrape(1, { activeAdapters: { a: 1 }, maxActiveAdapters: 2 });
    w.scrape(2, { activeAdapters: { a: 1 }, waitingAdapters: { m: 1 }, maxActiveAdapters: 2 });
    w.scrape(3, { activeAdapters: { a: 1 }, waitingAdapters: { b: 1 }, maxActiveAdapters: 2 });
    expect(scores(w.decide({ model: 'm' }), 'lora-affinity-scorer')).toEqual([1, 0.8, 0.6, 0]);
  });
});

describe('load-aware-scorer', () => {
  it('gives half for an empty queue and nothing from the threshold on', () => {
    const w = world(one('type: load-aware-scorer, parameters: {threshold: 4}'), 4);
    [0, 1, 4, 9].forEach((waiting, endpoint) => w.scrape(endpoint, { waiting }));
    expect(scores(w.decide(), 'load-aware-scorer')).toEqual([0.5, 0.375, 0, 0]);
  });
});

describe('active-request-scorer', () => {
  it('calls an endpoint idle up to the threshold', () => {
    const w = world(one('type: active-request-scorer, parameters: {idleThreshold: 1, maxBusyScore: 0.5}'), 4);
    [1, 2, 2, 3, 3, 3, 3].forEach((endpoint) => w.send({}, 0, endpoint));
    expect(scores(w.decide(), 'active-request-scorer')).toEqual([1, 1, 0.25, 0]);
  });
});

describe('context-length-aware', () => {
  it('has ranges that contain their ends, and prefers narrow ones', () => {
    const label = (range: string): Record<string, string> => ({ 'llm-d.ai/context-length-range': range });
    const text = one('type: context-length-aware, parameters: {enableFiltering: true}');
    const w = world(text, 6, {}, [
      label('100-200'),
      label('0-100'),
      label('101-200'),
      {},
      label('0-99'),
      label('100-100'),
    ]);
    const state = w.decide({ prompts: [w.prompt([1, 0, 100])] });
    expect(reasons(state).endpoints.map(({ id }) => id)).toEqual(['ns/p0', 'ns/p1', 'ns/p3', 'ns/p5']);
    const narrow = 0.7 / (1 + 100 / 10000);
    const expected = [0.3 + (narrow + 0.3) * 0.7, 0.3 + narrow * 0.7, 0.5, 1];
    scores(state, 'context-length-aware').forEach((score, i) =>
      expect(score).toBeCloseTo(expected[i] ?? NaN, 12),
    );
  });
});

describe('no-hit-lru-scorer', () => {
  it('prefers whom nobody used, then whom nobody used for longest', () => {
    const w = world(one('type: no-hit-lru-scorer'), 5);
    const ask = (content: number) => ({ prompts: [w.prompt([content, 0, 640])] });
    w.send(ask(1), 0, 3);
    w.send(ask(2), 0, 1);
    w.send(ask(3), 0, 3);
    expect(scores(w.decide(ask(4)), 'no-hit-lru-scorer')).toEqual([1, 0.25, 0.75, 0, 0.5]);
    // A prompt that is held somewhere gives half to everybody, and does not count as a use.
    w.send(ask(2), 0, 0);
    expect(scores(w.decide(ask(2)), 'no-hit-lru-scorer')).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(scores(w.decide(ask(4)), 'no-hit-lru-scorer')).toEqual([1, 0.25, 0.75, 0, 0.5]);
  });
});

describe('approx-prefix-cache-producer', () => {
  it('looks at whole blocks of the part it may match', () => {
    const w = world(
      configText(
        '- {type: approx-prefix-cache-producer, parameters: {maxPrefixTokensToMatch: 191}}\n- {type: prefix-cache-scorer}',
        '  - {pluginRef: prefix-cache-scorer}',
      ),
      1,
    );
    const state = w.decide({ prompts: [w.prompt([1, 0, 640])] });
    const key = w.picker.key<PrefixMatch>(prefixMatchData());
    expect(w.picker.endpoints.map((endpoint) => state.read(key, endpoint)?.totalBlocks)).toEqual([2]);
  });
});
