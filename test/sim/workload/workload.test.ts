import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Load } from '../../../sim/workload/load/load.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import { defaultFinish } from '../../../sim/workload/sources.ts';
import { linesOf } from '../../../sim/workload/trace/trace-format.ts';
import { content, OPEN, rag, random, requestsOf, shared, sourceSchema, TIMED } from './examples.ts';
import { essence, play } from './play.ts';

describe.each(Object.entries(TIMED))('%s', (_, spec) => {
  it('gives the same requests for the same seed, and others for another', () => {
    const workload = makeWorkload({ content: content(spec), load: OPEN, finish: 'eos' });
    const played = (seed: number): unknown[] => play(workload.open(seed)).map(essence);
    const first = played(1);
    expect(played(2)).not.toEqual(first);
    expect(played(1)).toEqual(first);
    expect(first.length).toBeGreaterThanOrEqual(60);
  });

  it('arrives in order, numbers requests from 0 without gaps, and names each once', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.01, max: 20, noNaN: true }), (seed, service) => {
        const source = makeWorkload({ content: content(spec), load: OPEN, finish: 'eos' }).open(seed);
        const played = play(source, () => service);
        const indices = played.map(({ request }) => request.index).sort((a, b) => a - b);
        expect(indices).toEqual(indices.map((_, position) => position));
        expect(new Set(played.map(({ request }) => request.id)).size).toBe(played.length);
      }),
      { numRuns: 10 },
    );
  });

  it('gives a request the same index, lengths and content however fast the servers are', () => {
    const byId = (service: number): Map<string, unknown> => {
      const source = makeWorkload({ content: content(spec), load: OPEN, finish: 'eos' }).open(5);
      return new Map(
        play(source, () => service).map(({ request: { id, index, prompt, outputTokens, class: name } }) => [
          id,
          { index, input: prompt.length, outputTokens, name },
        ]),
      );
    };
    expect(byId(30)).toEqual(byId(0.1));
  });

  it('announces its end to the engine where that is known', () => {
    const source = makeWorkload({ content: content(spec), load: OPEN, finish: 'length' }).open(1);
    const known = play(source).every(({ request }) => request.maxOutputTokens === request.outputTokens);
    expect(known).toBe(true);
    expect(requestsOf(spec).every((request) => request.maxOutputTokens === undefined)).toBe(true);
  });
});

describe('a recording', () => {
  it('is played in order of its spread times, each within its bin', () => {
    const requests = requestsOf(TIMED['trace'] ?? {});
    expect(requests.length).toBe(60);
    let moved = 0;
    requests.forEach(({ arrival, id }, position) => {
      const row = Number(id);
      const bin = Math.floor(row / 6) * 3;
      expect(arrival).toBeGreaterThanOrEqual(bin);
      expect(arrival).toBeLessThan(bin + 3);
      if (row !== position) moved++;
    });
    expect(moved).toBeGreaterThan(20);
  });

  it('without spread is played as it is, ties by row, and says so', () => {
    const plain = content({ trace: { file: 't', format: 'mooncake' } });
    const requests = requestsOf({ trace: { file: 't', format: 'mooncake' } });
    expect(requests.map(({ id }) => Number(id))).toEqual(requests.map((_, row) => row));
    expect(plain.warnings[0]).toContain('rounded to about 3 s');
    expect(content(TIMED['trace'] ?? {}).warnings).toEqual([]);
  });

  it('shares its prompts between runs', () => {
    const workload = makeWorkload({ content: content(TIMED['trace'] ?? {}), load: OPEN, finish: 'eos' });
    const [first, second] = [workload.open(1).next(), workload.open(1).next()];
    expect(first?.prompt).toBe(second?.prompt);
  });

  it('is repeated end to end, the copies sharing nothing', () => {
    const requests = requestsOf({ trace: { file: 't', format: 'mooncake', repeat: 3 } });
    expect(requests.length).toBe(180);
    expect(requests[60]?.arrival).toBeCloseTo(27 + 27 / 59, 9);
    const keysOf = (copy: number): Set<number> =>
      new Set(
        requests.slice(copy * 60, copy * 60 + 60).flatMap(({ prompt }) => prompt.path.map(({ id }) => id)),
      );
    expect(keysOf(1).size).toBe(keysOf(0).size);
    expect([...keysOf(0)].some((id) => keysOf(1).has(id) || keysOf(2).has(id))).toBe(false);
  });

  it('comes in lines with either end', () => {
    expect([...linesOf('a\r\nb\n\nc')]).toEqual(['a', 'b', '', 'c']);
    expect([...linesOf('')]).toEqual([]);
  });
});

describe('a workload', () => {
  it('is named by what it plays', () => {
    const digest = (spec: object, load: Load = OPEN, finish: 'eos' | 'length' = 'eos'): string =>
      makeWorkload({ content: content(spec), load, finish }).sha256;
    const base = TIMED['rag'] ?? {};
    const digests = [
      digest(base),
      digest(base, { kind: 'open', rateScale: 2 }),
      digest(base, OPEN, 'length'),
      digest({ rag: { ...rag, requests: 80, rate: 5 } }),
      digest(TIMED['trace'] ?? {}),
      digest({ trace: { file: 't', format: 'mooncake', spread: '2s' } }),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digest(base)).toBe(digest(structuredClone(base)));
    expect(digest(base)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('knows its ends where load generators do', () => {
    expect(defaultFinish(sourceSchema.parse({ shared_prefix: shared }))).toBe('length');
    expect(defaultFinish(sourceSchema.parse({ random }))).toBe('eos');
  });
});
