import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Prompt, Span } from '../../../base/prompt.ts';
import { PromptTree } from '../../../base/prompt-tree.ts';
import { ApproxPrefixIndex } from '../../../scheduler/prefix-index/approx-prefix-index.ts';
import { PlainPrefixIndex } from './plain-prefix-index.ts';

const ENDPOINTS = 40;

interface Step {
  readonly op: 'add' | 'look' | 'remove';
  readonly endpoint: number;
  readonly prompts: readonly (readonly Span[])[];
  readonly blockTokens: number;
  readonly maxBlocks: number;
  readonly capacity: number;
}

const span = fc.record({
  content: fc.integer({ min: 1, max: 3 }),
  start: fc.constantFrom(0, 0, 0, 3, 8),
  tokens: fc.integer({ min: 0, max: 40 }),
});
const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom('add', 'add', 'add', 'look', 'remove'),
  endpoint: fc.constantFrom(0, 1, 2, 31, 39),
  prompts: fc.array(fc.array(span, { maxLength: 4 }), { minLength: 1, maxLength: 2 }),
  blockTokens: fc.constantFrom(4, 4, 4, 8, 6),
  maxBlocks: fc.constantFrom(Infinity, Infinity, 0, 1, 5),
  capacity: fc.constantFrom(1, 3, 8, 1000),
});

/** The two indexes side by side. */
class Pair {
  readonly index = new ApproxPrefixIndex();
  readonly plain = new PlainPrefixIndex();
  readonly met = { matches: 0, ghosts: 0, evictions: 0, partial: 0 };
  private readonly tree = new PromptTree();

  play({ op, endpoint, prompts, blockTokens, maxBlocks, capacity }: Step): void {
    if (op === 'remove' && endpoint < 2) {
      this.index.remove(endpoint);
      this.plain.remove(endpoint);
      return;
    }
    for (const spans of prompts) {
      const prompt: Prompt = this.tree.prompt(spans, 'm');
      const runs = this.index.spaces.runs(prompt, blockTokens, maxBlocks);
      const hashes = this.plain.hashes(spans, 'm', blockTokens, maxBlocks);
      expect(runs.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(hashes.length);
      this.compare(runs, hashes);
      if (op !== 'add') continue;
      const before = this.plain.blocksOf(endpoint) ?? 0;
      this.index.add(runs, endpoint, capacity);
      this.plain.add(hashes, endpoint, capacity);
      const after = this.plain.blocksOf(endpoint) ?? 0;
      if (before + hashes.length > after) this.met.evictions++;
      if (hashes.length > after) this.met.ghosts++;
      if (prompt.length % blockTokens > 0) this.met.partial++;
      this.compare(runs, hashes);
    }
    for (let e = 0; e < ENDPOINTS; e++) expect(this.index.blocksOf(e)).toBe(this.plain.blocksOf(e));
  }

  private compare(runs: Parameters<ApproxPrefixIndex['match']>[0], hashes: readonly string[]): void {
    const counts = new Int32Array(ENDPOINTS);
    const touched: number[] = [];
    this.index.match(runs, counts, touched);
    const wanted = this.plain.match(hashes);
    for (let e = 0; e < ENDPOINTS; e++) expect(counts[e]).toBe(wanted.get(e) ?? 0);
    for (const e of wanted.keys()) expect(touched).toContain(e);
    if (wanted.size > 0) this.met.matches++;
  }
}

describe('ApproxPrefixIndex', () => {
  it('answers as an index with a hash per block does, for every sequence of additions and removals', () => {
    const met = { matches: 0, ghosts: 0, evictions: 0, partial: 0 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pair = new Pair();
        for (const one of steps) pair.play(one);
        for (const kind of ['matches', 'ghosts', 'evictions', 'partial'] as const)
          met[kind] += pair.met[kind];
      }),
      { numRuns: 400, seed: 7 },
    );
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(100);
  });

  it('keeps nothing of endpoints that are removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const index = new ApproxPrefixIndex();
        const tree = new PromptTree();
        for (const { endpoint, prompts, blockTokens, maxBlocks, capacity } of steps) {
          for (const spans of prompts)
            index.add(index.spaces.runs(tree.prompt(spans, 'm'), blockTokens, maxBlocks), endpoint, capacity);
        }
        for (let e = 0; e < ENDPOINTS; e++) index.remove(e);
        expect(index.spaces.size).toBe(0);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('credits an endpoint with blocks of a prompt that are longer than its capacity', () => {
    const index = new ApproxPrefixIndex();
    const prompt = new PromptTree().prompt([{ content: 1, start: 0, tokens: 640 }], 'm');
    const runs = index.spaces.runs(prompt, 64, Infinity);
    index.add(runs, 0, 4);
    const counts = new Int32Array(1);
    index.match(runs, counts, []);
    expect(index.blocksOf(0)).toBe(4);
    expect(counts[0]).toBe(10);
  });
});
