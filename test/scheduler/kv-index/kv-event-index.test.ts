import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PromptTree, type TreePrompt } from '../../../base/prompt-tree.ts';
import { HolderIndex } from '../../../scheduler/kv-index/holder-index.ts';
import { KvEventIndex } from '../../../scheduler/kv-index/kv-event-index.ts';
import { PrefixWalk } from '../../../scheduler/kv-index/prefix-walk.ts';
import { sliceKeys } from '../../../scheduler/kv-index/slice-keys.ts';
import { StoredPromptPart } from '../../../scheduler/kv-index/stored-prompt-part.ts';
import type { KvEvent, StoredTokens } from '../../../scheduler/kv-event.ts';
import { StoredTokenIds, TokenPrompt } from '../../../scheduler/tokenizer/token-prompt.ts';
import { PlainKvEventIndex } from './plain-kv-event-index.ts';

const step = fc.record({
  op: fc.constantFrom('store', 'store', 'store', 'store', 'remove', 'remove', 'move', 'clear'),
  endpoint: fc.integer({ min: 0, max: 3 }),
  prompt: fc.integer({ min: 0, max: 5 }),
  from: fc.constantFrom(0, 0, 0, 2, 3, 4, 8),
  count: fc.integer({ min: 1, max: 12 }),
  medium: fc.constantFrom(undefined, undefined, undefined, 'CPU'),
});

/** Prompts that share beginnings of different lengths. */
function prompts(): TreePrompt[] {
  const tree = new PromptTree();
  const system = { content: 1, start: 0, tokens: 37 };
  return [
    tree.prompt([{ content: 1, start: 0, tokens: 100 }]),
    tree.prompt([system, { content: 2, start: 0, tokens: 60 }]),
    tree.prompt([system, { content: 2, start: 0, tokens: 20 }, { content: 3, start: 5, tokens: 30 }]),
    tree.prompt([system, { content: 4, start: 0, tokens: 50 }]),
    tree.prompt([{ content: 5, start: 0, tokens: 64 }]),
    tree.prompt([{ content: 1, start: 0, tokens: 20 }]),
  ];
}

describe('KvEventIndex', () => {
  it.each([
    ['equal blocks', 4, 4, 10],
    ['larger blocks than the engine', 4, 8, 10],
    ['smaller blocks than the engine', 8, 4, 10],
    ['two holders per key', 4, 4, 2],
  ])('agrees with the index that is written down key by key: %s', (_, engine, router, holdersPerKey) => {
    const met = { matches: 0, unknown: 0, removals: 0 };
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const all = prompts();
        const holders = new HolderIndex(holdersPerKey, Infinity);
        const index = new KvEventIndex(holders, router, Infinity);
        const plain = new PlainKvEventIndex(router, holdersPerKey);
        const walk = new PrefixWalk();
        for (const { op, endpoint, prompt: which, from, count, medium } of steps) {
          const prompt = all[which];
          if (prompt === undefined) continue;
          const blocks = sliceKeys(prompt.keys(engine), from, count);
          const stored = blocks.reduce((sum, run) => sum + run.count, 0);
          if (stored === 0) continue;
          const before = from === 0 ? undefined : sliceKeys(prompt.keys(engine), from - 1, 1)[0]?.firstKey;
          const parts = { blocks, ...(medium !== undefined && { medium }) };
          const tokens = new StoredPromptPart(prompt, from * engine, stored * engine);
          const events: Readonly<Record<typeof op, KvEvent>> = {
            store: { type: 'stored', ...parts, parent: before, tokens, blockSize: engine },
            move: { type: 'stored', ...parts, parent: before, tokens: undefined, blockSize: engine },
            remove: { type: 'removed', ...parts },
            clear: { type: 'cleared' },
          };
          const event = events[op];
          index.apply(endpoint, 'm', event);
          plain.apply(endpoint, event);
          expect(holders.keys).toBe(plain.holders.size);
          if (op === 'remove') met.removals++;
          if (op === 'store' && before !== undefined) met.unknown++;
          for (const asked of all) {
            const held = walk.match(holders, asked.keys(router), []);
            const found = held.map(({ endpointIndex, blocks: n }) => [endpointIndex, n] as const);
            expect(new Map(found)).toEqual(plain.match(asked.keys(router)));
            if (found.length > 0) met.matches++;
          }
        }
      }),
      { numRuns: 150 },
    );
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(50);
  });

  it('keeps nothing of blocks that all have gone', () => {
    const [prompt] = prompts();
    if (prompt === undefined) throw new Error('no prompt');
    const holders = new HolderIndex(10, Infinity);
    const index = new KvEventIndex(holders, 4, Infinity);
    const blocks = prompt.keys(4);
    for (let round = 0; round < 3; round++) {
      for (const endpoint of [0, 1]) {
        const tokens = new StoredPromptPart(prompt, 0, prompt.length);
        index.apply(endpoint, 'm', { type: 'stored', blocks, parent: undefined, tokens, blockSize: 4 });
      }
      expect([holders.keys, holders.pieces, index.knownNames]).toEqual([25, 1, 25]);
      for (const endpoint of [0, 1]) index.apply(endpoint, 'm', { type: 'removed', blocks });
      expect([holders.keys, holders.pieces, index.knownNames]).toEqual([0, 0, 0]);
    }
  });
});

describe('names of blocks that nobody holds any more', () => {
  it('stay known after a clear while they are few, and go when they are many', () => {
    const holders = new HolderIndex(10, Infinity);
    const index = new KvEventIndex(holders, 4, Infinity);
    const tree = new PromptTree();
    const count = 2 ** 14;
    const names: number[] = [];
    for (let content = 0; content < 10; content++) {
      const prompt = tree.prompt([{ content, start: 0, tokens: 4 * count }]);
      const tokens = new StoredPromptPart(prompt, 0, prompt.length);
      const blocks = prompt.keys(4);
      const held = tree.prompt([{ content: 99, start: 0, tokens: 40 }]);
      const kept = new StoredPromptPart(held, 0, held.length);
      index.apply(1, 'm', {
        type: 'stored',
        blocks: held.keys(4),
        parent: undefined,
        tokens: kept,
        blockSize: 4,
      });
      index.apply(0, 'm', { type: 'stored', blocks, parent: undefined, tokens, blockSize: 4 });
      index.apply(0, 'm', { type: 'cleared' });
      names.push(index.knownNames);
    }
    const few = [1, 2, 3, 4].map((prompts) => prompts * count + 10);
    expect(names).toEqual([...few, 10, ...few, 10]);
    expect(holders.keys).toBe(10);
  });
});

describe('tokens of stored blocks', () => {
  it('that are known one by one make the keys of a prompt of them, in one event or several', () => {
    const tokens = Uint32Array.from({ length: 64 }, (_, i) => i * 7);
    const whole = new TokenPrompt(tokens, 'm').keys(8);
    expect(new StoredTokenIds(tokens).keys(8, undefined, 'm')).toEqual(whole);
    const first: StoredTokens = new StoredTokenIds(tokens.slice(0, 24));
    const rest: StoredTokens = new StoredTokenIds(tokens.slice(24));
    const begun = first.keys(8, undefined, 'm');
    expect([...begun, ...rest.keys(8, begun.at(-1)?.firstKey, 'm')]).toEqual(whole);
  });
});

describe('TokenPrompt', () => {
  it('has equal keys if and only if the tokens up to there, scope, salt and items are equal', () => {
    const tokens = Uint32Array.from({ length: 48 }, (_, i) => i);
    const key = (prompt: TokenPrompt, block: number): number | undefined => prompt.keys(16)[block]?.firstKey;
    const plain = new TokenPrompt(tokens, 'm');
    const changed = tokens.slice();
    changed[20] = 999;
    const other = new TokenPrompt(changed, 'm');
    expect(key(other, 0)).toBe(key(plain, 0));
    expect(key(other, 1)).not.toBe(key(plain, 1));
    expect(key(other, 2)).not.toBe(key(plain, 2));
    expect(key(new TokenPrompt(tokens, 'lora'), 0)).not.toBe(key(plain, 0));
    expect(key(new TokenPrompt(tokens, 'm', 'salt'), 0)).not.toBe(key(plain, 0));
    const pictured = new TokenPrompt(tokens, 'm', '', [{ hash: 'a', offset: 30, length: 4 }]);
    expect([0, 1, 2].map((block) => key(pictured, block) === key(plain, block))).toEqual([
      true,
      false,
      false,
    ]);
    expect(plain.keys(16).length).toBe(3);
    expect(new Set(plain.keys(1).map(({ firstKey }) => firstKey)).size).toBe(48);
  });
});
