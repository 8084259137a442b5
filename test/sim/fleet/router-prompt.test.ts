import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { KEYS_PER_RUN, type Span } from '../../../base/prompt.ts';
import { PromptTree } from '../../../base/prompt-tree.ts';
import { pseudoTokensPerToken, ScaledPrompt } from '../../../sim/fleet/router-prompt.ts';
import { keysOf } from '../../support/keys-of.ts';

const span = fc.record({
  content: fc.constantFrom(1, 1, 2),
  start: fc.constantFrom(0, 0, 1),
  tokens: fc.integer({ min: 20, max: 60 }),
});
const spans = fc.array(span, { maxLength: 4 });

/** Every token by name. */
const tokensOf = (list: readonly Span[]): string[] =>
  list.flatMap(({ content, start, tokens }) =>
    Array.from({ length: tokens }, (_, i) => `${content}/${start + i}`),
  );

it('names equal beginnings alike and others not, whatever a token stands for', () => {
  let equal = 0;
  let different = 0;
  fc.assert(
    fc.property(
      spans,
      spans,
      fc.constantFrom(1, 3, 3.5, 4, 5.2, 9),
      fc.integer({ min: 1, max: 16 }),
      (a, b, bytes, size) => {
        const tree = new PromptTree();
        const scale = pseudoTokensPerToken(bytes);
        const [one, other] = [a, b].map((list) => ({
          tokens: tokensOf(list),
          prompt: new ScaledPrompt(tree.prompt(list), scale),
        }));
        if (one === undefined || other === undefined) throw new Error('there are two');
        expect(one.prompt.length).toBe(Math.ceil((one.tokens.length * bytes) / 4));
        const [keys, others] = [keysOf(one.prompt.keys(size)), keysOf(other.prompt.keys(size))];
        expect(keys).toHaveLength(Math.floor(one.prompt.length / size));
        for (let i = 0; i < Math.min(keys.length, others.length); i++) {
          // A block ends inside or at the end of this token; where a prompt ends before that, its last block is padded.
          const through = Math.ceil(((i + 1) * size) / scale);
          if (through > Math.min(one.tokens.length, other.tokens.length)) continue;
          const same = one.tokens.slice(0, through).join() === other.tokens.slice(0, through).join();
          expect(keys[i] === others[i]).toBe(same);
          if (same) equal++;
          else different++;
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(Math.min(equal, different)).toBeGreaterThan(100);
});

it('is the prompt itself where a token stands for four bytes', () => {
  const prompt = new PromptTree().prompt([{ content: 1, start: 0, tokens: 100 }]);
  expect(pseudoTokensPerToken(undefined)).toBe(1);
  expect(new ScaledPrompt(prompt, 1).keys(16)).toEqual(prompt.keys(16));
  expect(keysOf(new ScaledPrompt(prompt, 0.75).keys(16)).every((key) => key < 100 * KEYS_PER_RUN)).toBe(true);
});
