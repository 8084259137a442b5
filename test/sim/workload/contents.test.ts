import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import { PassagePrompts } from '../../../sim/workload/content/passage-prompts.ts';
import type { Request } from '../../../sim/workload/request.ts';
import { keysOf } from '../../support/keys-of.ts';
import { content, rag, random, requestsOf, sessions, shared, sourceSchema, TIMED } from './examples.ts';

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
        expect(keysOf(request.prompt.keys(16)).slice(0, whole)).toEqual(keysOf(answered.keys(16)));
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
    expect(
      sourceSchema.safeParse({ mix: { parts: [{ class: 'a', random, rag }] } }).error?.message,
    ).toContain('exactly one of random, rag, sessions, shared_prefix');
  });
});
