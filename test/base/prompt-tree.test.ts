import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PromptTree, type TreePrompt } from '../../base/prompt-tree.ts';
import type { Span } from '../../base/prompt.ts';
import { keysOf } from '../support/keys-of.ts';

/** The plain reading: a prompt is the list of its tokens, a token is (content, offset). */
const tokens = (spans: readonly Span[]): string[] =>
  spans.flatMap(({ content, start, tokens }) =>
    Array.from({ length: tokens }, (_, k) => `${content}:${start + k}`),
  );

const blockKeys = (prompt: TreePrompt, blockTokens: number): number[] => keysOf(prompt.keys(blockTokens));

const span = fc.record({
  content: fc.integer({ min: 1, max: 3 }),
  start: fc.integer({ min: 0, max: 6 }),
  tokens: fc.integer({ min: 0, max: 9 }),
});
const spans = fc.array(span, { maxLength: 5 });

describe('PromptTree', () => {
  it('gives two blocks equal keys exactly when they and all before them are equal', () => {
    let equal = 0;
    fc.assert(
      fc.property(
        spans,
        spans,
        spans,
        fc.integer({ min: 1, max: 4 }),
        (common, tailA, tailB, blockTokens) => {
          const [a, b] = [
            [...common, ...tailA],
            [...common, ...tailB],
          ];
          const tree = new PromptTree();
          const [first, second] = [
            blockKeys(tree.prompt(a), blockTokens),
            blockKeys(tree.prompt(b), blockTokens),
          ];
          expect(first.length).toBe(Math.floor(tokens(a).length / blockTokens));
          for (let block = 0; block < Math.min(first.length, second.length); block++) {
            const upTo = (block + 1) * blockTokens;
            const same = tokens(a).slice(0, upTo).join() === tokens(b).slice(0, upTo).join();
            expect(first[block] === second[block]).toBe(same);
            if (same) equal++;
          }
          expect(new Set(first).size).toBe(first.length);
        },
      ),
      { numRuns: 2000 },
    );
    expect(equal).toBeGreaterThan(100);
  });

  it('does not care how a text is cut into spans', () => {
    const tree = new PromptTree();
    const whole = tree.prompt([{ content: 7, start: 0, tokens: 100 }]);
    const cut = tree.prompt([
      { content: 7, start: 0, tokens: 30 },
      { content: 7, start: 30, tokens: 70 },
    ]);
    expect(cut.spans()).toEqual(whole.spans());
    expect(cut.keys(16)).toEqual(whole.keys(16));
  });

  it('keeps scopes apart', () => {
    const tree = new PromptTree();
    const text = [{ content: 7, start: 0, tokens: 32 }];
    const keys = ['', 'salted'].map((scope) => blockKeys(tree.prompt(text, scope), 16));
    expect(keys[0]).not.toEqual(keys[1]);
    expect(blockKeys(tree.prompt(text, 'salted'), 16)).toEqual(keys[1]);
  });

  it('lets a later turn name the output of an earlier one, private or not', () => {
    const tree = new PromptTree();
    for (const output of [42, tree.privateContent()]) {
      const turn = tree.prompt([{ content: 1, start: 0, tokens: 20 }]);
      const answered = turn.next(output, 0);
      const later = turn.extend([
        { content: output, start: 0, tokens: 30 },
        { content: tree.privateContent(), start: 0, tokens: 5 },
      ]);
      expect(later.path[1]).toBe(answered);
      expect(later.length).toBe(55);
    }
  });

  it('never joins private texts of different prompts', () => {
    const tree = new PromptTree();
    const shared = [{ content: 1, start: 0, tokens: 16 }];
    const one = tree.prompt([...shared, { content: tree.privateContent(), start: 0, tokens: 16 }]);
    const two = tree.prompt([...shared, { content: tree.privateContent(), start: 0, tokens: 16 }]);
    expect(blockKeys(one, 16)[0]).toBe(blockKeys(two, 16)[0]);
    expect(blockKeys(one, 16)[1]).not.toBe(blockKeys(two, 16)[1]);
  });
});
