import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import type { Content } from '../../../sim/workload/content/content.ts';
import { PassagePrompts } from '../../../sim/workload/content/passage-prompts.ts';
import { loadOf, type Load } from '../../../sim/workload/load/load.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import type { Request } from '../../../sim/workload/request.ts';
import { contentOf, defaultFinish, workloadSources } from '../../../sim/workload/sources.ts';
import { linesOf, traceFilesOf } from '../../../sim/workload/trace/trace-format.ts';
import { z } from 'zod';

import { essence, play } from './play.ts';

const OPEN: Load = loadOf(undefined);
const schema = z.strictObject(workloadSources);

const trace = Array.from({ length: 60 }, (_, row) =>
  JSON.stringify({
    timestamp: Math.floor(row / 6) * 3000,
    input_length: 1100,
    output_length: 5 + row,
    hash_ids: [row % 4, 10 + (row % 12), 100 + row],
  }),
).join('\n');

const content = (spec: object): Content =>
  contentOf(schema.parse(spec), { open: (file) => traceFilesOf(file, trace) });

const requestsOf = (
  spec: object,
  { seed = 1, load = OPEN }: { seed?: number; load?: Load } = {},
): Request[] =>
  play(makeWorkload({ content: content(spec), load, finish: 'eos' }).open(seed)).map(
    ({ request }) => request,
  );

const random = { input_len: { type: 'lognormal', mean: 200, std_dev: 100, min: 4 }, output_len: 20 };
const rag = {
  system_prompt_len: 64,
  num_documents: 40,
  passages_per_request: 4,
  passage_len: { type: 'uniform', min: 50, max: 90 },
  question_len: 20,
  output_len: 30,
};
const sessions = {
  num_groups: 3,
  system_prompt_len: 200,
  turns_per_session: { type: 'lognormal', mean: 4, std_dev: 2, max: 9 },
  input_tokens_per_turn: { type: 'uniform', min: 5, max: 60 },
  output_tokens_per_turn: { type: 'normal', mean: 40, std_dev: 10, min: 1 },
  think_time: { type: 'lognormal', mean: '5s', std_dev: '2s' },
  tool_call_share: 0.5,
  tool_call_latency: '200ms',
};
const shared = {
  num_groups: 4,
  num_prompts_per_group: 3,
  system_prompt_len: 96,
  question_len: { type: 'uniform', min: 10, max: 40 },
  output_len: 9,
};

const TIMED: Record<string, object> = {
  random: { random: { ...random, requests: 80, rate: 4 } },
  rag: { rag: { ...rag, requests: 80, rate: 4 } },
  sessions: { sessions: { ...sessions, num_sessions: 30, rate: 1 } },
  mix: {
    mix: {
      requests: 80,
      rate: 4,
      parts: [
        { class: 'chat', weight: 3, random },
        { class: 'agents', sessions, priority: 2 },
        { class: 'search', rag },
        { class: 'bench', shared_prefix: shared },
      ],
    },
  },
  trace: { trace: { file: 't', format: 'mooncake', spread: '3s' } },
};

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

describe('sessions', () => {
  it('extend the whole conversation by the answer and by what is added', () => {
    const requests = requestsOf(TIMED['sessions'] ?? {});
    const latest = new Map<string, Request>();
    let extended = 0;
    for (const request of requests) {
      const before = latest.get(request.session ?? '');
      if (before !== undefined) {
        extended++;
        const context = before.prompt.length + before.outputTokens;
        expect(request.prompt.length).toBeGreaterThan(context);
        // Blocks that the server has cached of the last prompt and its answer are the first ones of this prompt.
        const answered = before.prompt.extend([
          { content: before.outputContent, start: 0, tokens: before.outputTokens },
        ]);
        const whole = Math.floor(context / 16);
        const flat = (keys: readonly { firstKey: number; count: number }[]): number[] =>
          keys.flatMap(({ firstKey, count }) =>
            Array.from({ length: count }, (_, block) => firstKey + block),
          );
        expect(flat(request.prompt.keys(16)).slice(0, whole)).toEqual(flat(answered.keys(16)));
      }
      latest.set(request.session ?? '', request);
    }
    expect(extended).toBeGreaterThan(30);
    expect(latest.size).toBe(30);
  });

  it('share a beginning within a group and nothing else', () => {
    const first = requestsOf(TIMED['sessions'] ?? {}).filter(({ turn }) => turn === 0);
    const beginnings = new Set(first.map(({ prompt }) => prompt.keys(200)[0]?.firstKey));
    expect(beginnings.size).toBe(3);
    const ends = new Set(first.map(({ prompt }) => prompt.path.at(-1)?.id));
    expect(ends.size).toBe(first.length);
  });

  it('end before their context outgrows the model', () => {
    const grown = { ...sessions, num_sessions: 30, rate: 1, turns_per_session: 50, max_model_len: 800 };
    const requests = requestsOf({ sessions: grown });
    expect(
      Math.max(...requests.map((request) => request.prompt.length + request.outputTokens)),
    ).toBeLessThanOrEqual(800);
    expect(Math.max(...requests.map(({ turn = 0 }) => turn))).toBeGreaterThan(5);
  });
});

describe('rag', () => {
  const passagesOf = ({ prompt }: Request): readonly number[] =>
    prompt
      .spans()
      .slice(1, -1)
      .map(({ content: id }) => id);

  it('takes different passages, popular ones more often, the same length whenever it comes', () => {
    const requests = requestsOf({ rag: { ...rag, requests: 600, rate: 4 } });
    const tokens = new Map<number, number>();
    const counts = new Map<number, number>();
    for (const request of requests) {
      const passages = passagesOf(request);
      expect(new Set(passages).size).toBe(4);
      for (const { content: id, tokens: length } of request.prompt.spans().slice(1, -1)) {
        expect(tokens.get(id) ?? length).toBe(length);
        tokens.set(id, length);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    const sorted = [...counts.values()].sort((a, b) => b - a);
    expect(tokens.size).toBe(40);
    expect((sorted[0] ?? 0) / (sorted[20] ?? 1)).toBeGreaterThan(3);
  });

  it('shares more when passages stand in one order', () => {
    const shares = (order: string): number => {
      const seen = new Set<number>();
      let hits = 0;
      for (const { prompt } of requestsOf({ rag: { ...rag, order, requests: 600, rate: 4 } })) {
        for (const run of prompt.path.slice(1, -1)) {
          if (seen.has(run.id)) hits++;
          seen.add(run.id);
        }
      }
      return hits;
    };
    expect(shares('canonical')).toBeGreaterThan(shares('shuffled') * 1.2);
  });

  it('ends its draws when nearly all popularity lies with few documents', () => {
    const skewed = { ...rag, num_documents: 30, zipf_exponent: 20, passages_per_request: 30 };
    const [request] = requestsOf({ rag: { ...skewed, requests: 1, rate: 1 } });
    expect(request && new Set(passagesOf(request)).size).toBe(30);
  });

  it('forgets sequences that are long unused, and only those', () => {
    const tree = new PromptTree();
    const beginning = tree.prompt([{ content: 1, start: 0, tokens: 8 }]);
    const prompts = new PassagePrompts(beginning, tree, 100, () => 10, 4);
    const key = (documents: readonly number[]): number | undefined => prompts.of(documents).path.at(-1)?.id;
    const first = key([1, 2]);
    expect(key([1, 2])).toBe(first);
    expect(key([2, 1])).not.toBe(first);
    for (const document of [10, 11, 12]) expect(key([document])).not.toBe(first);
    expect(key([1, 2])).toBe(first); // of the old generation, young again
    for (let document = 20; document < 40; document++) key([document]);
    expect(key([1, 2])).not.toBe(first);
  });
});

describe('shared_prefix', () => {
  const list = (seed: number, runSeed: number): string[] =>
    requestsOf(
      { shared_prefix: { ...shared, seed } },
      { seed: runSeed, load: { kind: 'closed', concurrency: 1, requests: 24 } },
    ).map(({ prompt, outputTokens }) => `${prompt.length} ${outputTokens}`);

  it('walks one permuted list, which its own seed decides', () => {
    expect(list(1, 1).slice(0, 12)).toEqual(list(1, 1).slice(12));
    expect(list(1, 2)).toEqual(list(1, 1));
    expect(list(2, 1)).not.toEqual(list(1, 1));
  });

  it('has groups that share their system prompt and prompts that share nothing more', () => {
    const requests = requestsOf(
      { shared_prefix: shared },
      { load: { kind: 'closed', concurrency: 1, requests: 12 } },
    );
    expect(new Set(requests.map(({ prompt }) => prompt.path[0]?.id)).size).toBe(4);
    expect(new Set(requests.map(({ prompt }) => prompt.path[1]?.id)).size).toBe(12);
    expect(requests.every(({ prompt }) => prompt.path.length === 2)).toBe(true);
  });
});

describe('mix', () => {
  it('draws its parts by weight and marks their requests', () => {
    const parts = [
      { class: 'a', weight: 3, random },
      { class: 'b', weight: 1, random, priority: 5 },
    ];
    const requests = requestsOf({ mix: { requests: 2000, rate: 4, parts } });
    const ofB = requests.filter((request) => request.class === 'b');
    expect(ofB.length).toBeGreaterThan(420);
    expect(ofB.length).toBeLessThan(580);
    expect(ofB.every(({ priority }) => priority === 5)).toBe(true);
    // The parts draw from streams of their own.
    const lengthsOf = (name: string): number[] =>
      requests
        .filter((request) => request.class === name)
        .slice(0, 50)
        .map(({ prompt }) => prompt.length);
    expect(lengthsOf('a')).not.toEqual(lengthsOf('b'));
  });

  it('keeps classes apart and sources single', () => {
    const twice = [
      { class: 'a', random },
      { class: 'a', rag },
    ];
    expect(() => content({ mix: { parts: twice } })).toThrow('two parts of the mix have the class "a"');
    expect(schema.safeParse({ mix: { parts: [{ class: 'a', random, rag }] } }).error?.message).toContain(
      'exactly one of random, rag, sessions, shared_prefix',
    );
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
    expect(defaultFinish(schema.parse({ shared_prefix: shared }))).toBe('length');
    expect(defaultFinish(schema.parse({ random }))).toBe('eos');
  });
});
