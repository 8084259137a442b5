import { describe, expect, it } from 'vitest';

import {
  encoderMatchData,
  topologyData,
  type EncoderMatch,
  type Topology,
} from '../../../scheduler/attributes.ts';
import { configText, picked, scores, world } from '../support/world.ts';

describe('mm-embeddings-cache-producer', () => {
  const text = configText(
    '- {type: mm-embeddings-cache-producer, parameters: {cacheSizeInMBPerServer: 5}}\n- {type: mm-embeddings-cache-scorer}',
    '  - {pluginRef: mm-embeddings-cache-scorer}',
  );
  const images = (...hashes: string[]) =>
    hashes.map((hash, j) => ({ prompt: 0, hash, offset: 16 * j, length: 4 }));

  it('remembers the images that were sent to an endpoint, 2 MiB each, oldest out', () => {
    const w = world(text, 2);
    const prompts = [w.prompt([1, 0, 64])];
    const key = w.picker.key<EncoderMatch>(encoderMatchData());
    const matched = (...hashes: string[]): string[] => {
      const state = w.decide({ prompts, features: images(...hashes) });
      return w.picker.endpoints.map((endpoint) =>
        (state.read(key, endpoint)?.matched ?? []).map(({ hash }) => hash).join(''),
      );
    };
    w.send({ prompts, features: images('a', 'b') }, 0, 0);
    expect(matched('b', 'a', 'c')).toEqual(['ba', '']);
    w.send({ prompts, features: images('a') }, 0, 0);
    w.send({ prompts, features: images('c') }, 0, 0);
    expect(matched('a', 'b', 'c')).toEqual(['ac', '']);
  });

  it('has nothing to say of requests without images', () => {
    const w = world(text, 2);
    const state = w.decide({ prompts: [w.prompt([1, 0, 64])] });
    expect(state.read(w.picker.key(encoderMatchData()), w.picker.endpoints[0] as never)).toBeUndefined();
  });

  it('forgets an endpoint that leaves', () => {
    const w = world(text, 1);
    const prompts = [w.prompt([1, 0, 64])];
    w.send({ prompts, features: images('a') });
    w.picker.observeMembership(
      { removed: ['ns/p0'], added: [{ id: 'ns/p0', address: '10.0.0.9', port: '1' }] },
      1,
    );
    expect(scores(w.decide({ prompts, features: images('a') }), 'mm-embeddings-cache-scorer')).toEqual([0]);
  });
});

describe('p2p-source-producer', () => {
  const text = (parameters = '{}'): string =>
    configText(
      `- {type: p2p-source-producer, parameters: ${parameters}}\n- {type: approx-prefix-cache-producer}\n- {type: queue-scorer}`,
      '  - {pluginRef: queue-scorer}',
    );
  const HEADER = 'x-kv-cache-source-host-port';

  /** p0 holds 20 blocks of a prompt, p1 19 of them and has one request waiting, p2 18, p3 none. */
  function holders(parameters?: string) {
    const w = world(text(parameters), 4);
    w.scrape(1, { waiting: 1 });
    [20, 19, 18].forEach((blocks, endpoint) =>
      w.send({ prompts: [w.prompt([1, 0, 64 * blocks])] }, 0, endpoint),
    );
    const sourceFor = (id: string, to: number): string | undefined => {
      const state = w.decide({ id, prompts: [w.prompt([1, 0, 64 * 20])] }, 0, to);
      return w.picker.commit(state, 0).get(HEADER);
    };
    return { w, sourceFor };
  }

  it('names one of those within a block of the most, by the hash of the id', () => {
    // FNV-1a of these ids / 2^32: 0.504, 0.891, 0.748; the weights are 1 and 1/2.
    expect(holders().sourceFor('', 3)).toBe('10.0.0.0:8000');
    expect(holders().sourceFor('a', 3)).toBe('10.0.0.1:8000');
    expect(holders().sourceFor('foobar', 3)).toBe('10.0.0.1:8000');
  });

  it('names nobody when the computing endpoint is the one, or holds about as much', () => {
    expect(holders().sourceFor('', 0)).toBeUndefined();
    expect(holders('{minCachedTokenDelta: 128}').sourceFor('', 2)).toBe('10.0.0.0:8000');
    expect(holders('{minCachedTokenDelta: 129}').sourceFor('', 2)).toBeUndefined();
  });

  it('takes away what the client may have named', () => {
    const w = world(text(), 2);
    const state = w.decide({ headers: { [HEADER]: 'evil:1' }, prompts: [w.prompt([1, 0, 64])] });
    expect([...w.picker.commit(state, 0)]).toEqual([[HEADER, undefined]]);
  });
});

describe('session-id-producer', () => {
  const text = (parameters: string): string =>
    configText(
      `- {type: session-id-producer, parameters: ${parameters}}
- {type: session-affinity-scorer, parameters: {strategy: session_id, sessionIdConfig: {sources: [{attribute: SessionIDDataKey}]}}}`,
      '  - {pluginRef: session-affinity-scorer}',
    );

  it.each([
    ['{headerName: X-Session}', { 'x-session': ' s1 ' }, { 'x-session': 's1' }],
    ['{cookieName: sid}', { cookie: 'a=b; sid=s1==; c=d' }, { cookie: 'sid=s1==' }],
  ])('lets a session stay where it was: %s', (parameters, once, again) => {
    const w = world(text(parameters), 4);
    w.send({ headers: once }, 0, 2);
    for (let i = 0; i < 8; i++) expect(picked(w.decide({ headers: again }, i))).toBe('ns/p2');
    expect(scores(w.decide({ headers: {} }), 'session-affinity-scorer')).toEqual([0, 0, 0, 0]);
  });

  it('lets go of sessions that have not been seen for their time to live', () => {
    const w = world(text('{headerName: x-session}'), 4);
    w.send({ headers: { 'x-session': 's' } }, 0, 2);
    expect(w.picker.advance(5).next).toBe(10);
    w.picker.advance(300);
    expect(scores(w.decide({ headers: { 'x-session': 's' } }, 300), 'session-affinity-scorer')).toEqual([
      0, 0, 1, 0,
    ]);
    expect(w.picker.advance(311).next).toBe(Infinity);
    expect(scores(w.decide({ headers: { 'x-session': 's' } }, 311), 'session-affinity-scorer')).toEqual([
      0, 0, 0, 0,
    ]);
  });
});

describe('topology-extractor', () => {
  it('reads labels, and says nothing where there are none', () => {
    const w = world(
      configText(
        '- {type: topology-extractor, parameters: {rack: my/rack}}\n- {type: queue-scorer}',
        '  - {pluginRef: queue-scorer}',
      ),
      2,
      {},
      [{ 'my/rack': 'r1', 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/rack': 'not this' }],
    );
    const key = w.picker.key<Topology>(topologyData());
    expect(w.picker.endpoints.map(({ attributes }) => attributes[key.slot])).toEqual([
      { rack: 'r1', zone: 'z' },
      undefined,
    ]);
  });
});

describe('approx-prefix-cache-producer', () => {
  it('counts a last partial block, at least 64 tokens to a block', () => {
    const w = world(configText('- {type: prefix-cache-scorer}', '  - {pluginRef: prefix-cache-scorer}'), 2);
    w.send({ prompts: [w.prompt([1, 0, 100])] }, 0, 1);
    expect(scores(w.decide({ prompts: [w.prompt([1, 0, 100])] }), 'prefix-cache-scorer')).toEqual([0, 1]);
    // Another end: the first block matches, the second, of 37 tokens, does not.
    expect(scores(w.decide({ prompts: [w.prompt([1, 0, 101])] }), 'prefix-cache-scorer')).toEqual([0, 0.5]);
  });
});

describe('what an engine holds is not what the router believes: capacity in engine blocks', () => {
  it('an endpoint with 2 blocks of 16 tokens is believed to hold two of 64', () => {
    const w = world(configText('- {type: prefix-cache-scorer}', '  - {pluginRef: prefix-cache-scorer}'), 1);
    w.scrape(0, { blockSize: 16, numBlocks: 2 });
    w.send({ prompts: [w.prompt([1, 0, 64])] });
    w.send({ prompts: [w.prompt([2, 0, 64])] });
    w.send({ prompts: [w.prompt([3, 0, 64])] });
    const share = (content: number) =>
      scores(w.decide({ prompts: [w.prompt([content, 0, 64])] }), 'prefix-cache-scorer')[0];
    expect([1, 2, 3].map(share)).toEqual([0, 1, 1]);
  });
});
