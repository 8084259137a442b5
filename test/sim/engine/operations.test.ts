import { describe, expect, it } from 'vitest';

import { PromptTree, type TreePrompt } from '../../../base/prompt-tree.ts';
import { CoreSteps } from '../../support/core-steps.ts';
import { ONE_REPLICA } from '../../support/one-replica.ts';

const LONG = 100_000;
/** Segments touched for each run that is shared, or segment that is met or evicted, at most; and for a request as such. */
const EACH = 5;
const ONCE = 30;

/** An engine whose pool holds two prompts of `length` tokens, in passes that hold them whole. */
class Engine {
  readonly core: CoreSteps;
  private readonly length: number;
  private readonly tree = new PromptTree();
  private added = 0;

  constructor(length: number) {
    const limit = {
      maxModelLen: 2 * length,
      maxNumBatchedTokens: 4 * length,
      maxNumScheduledTokens: 4 * length,
    };
    const numGpuBlocks = 2 * Math.ceil(length / 16) + 200;
    this.core = new CoreSteps({ ...ONE_REPLICA, ...limit, maxNumSeqs: 200, numGpuBlocks }, this.tree);
    this.length = length;
  }

  /** A prompt of several contents, which takes as many runs; `content` is the first of them. */
  prompt(contents: number, content = 1, tokens = Math.floor(this.length / contents)): TreePrompt {
    return this.tree.prompt(
      Array.from({ length: contents }, (_, span) => ({ content: content + span, start: 0, tokens })),
    );
  }

  /** Plays a prompt; returns the segments touched for it and the tokens that it found. */
  play(prompt: TreePrompt, output = 1): { readonly operations: number; readonly hitTokens: number } {
    const before = this.core.operations;
    const name = `request ${this.added++}`;
    this.core.add(name, { prompt, output });
    this.core.step();
    return { operations: this.core.operations - before, hitTokens: this.core.hitTokens(name) };
  }
}

/** Counts at 100,000 tokens, after checking that ten times the tokens cost as much. */
function counted(play: (engine: Engine) => number): number {
  const [operations = NaN, ofTenfold] = [LONG, 10 * LONG].map((length) => play(new Engine(length)));
  expect(ofTenfold).toBe(operations);
  return operations;
}

describe('a prompt of 100,000 tokens, and one of a million, touches', () => {
  it('a few segments when it shares nothing', () => {
    expect(counted((engine) => engine.play(engine.prompt(1)).operations)).toBeLessThanOrEqual(ONCE);
  });

  it.each([1, 10, 100, 1000])('the segments of the %d runs that it shares, however often', (runs) => {
    for (const before of [1, 2, 5]) {
      const operations = counted((engine) => {
        for (let time = 0; time < before; time++) engine.play(engine.prompt(runs));
        const again = engine.play(engine.prompt(runs));
        expect(again.hitTokens).toBeGreaterThan(0.99 * LONG);
        return again.operations;
      });
      expect(operations).toBeGreaterThanOrEqual(runs);
      expect(operations).toBeLessThanOrEqual(EACH * runs + ONCE);
    }
  });

  it.each([10, 20, 40, 80])('the %d pieces that requests which stop in it have cut a run into', (pieces) => {
    for (const length of [LONG, 10 * LONG]) {
      const engine = new Engine(length);
      engine.play(engine.prompt(1), 99);
      for (let piece = 1; piece < pieces; piece++)
        engine.play(engine.prompt(1, 1, piece * Math.floor(length / pieces)), 99);
      const { operations, hitTokens } = engine.play(engine.prompt(1));
      expect(hitTokens).toBeGreaterThan(0.99 * length);
      expect(operations).toBeGreaterThanOrEqual(pieces);
      expect(operations).toBeLessThanOrEqual(EACH * pieces + ONCE);
    }
  });

  it.each([1, 10, 100])('the %d segments that it evicts', (segments) => {
    for (const length of [LONG, 10 * LONG]) {
      const engine = new Engine(length);
      for (let other = 0; other < 3 * segments; other++)
        engine.play(engine.prompt(1, 1000 + other, Math.floor(length / segments)));
      const { operations, hitTokens } = engine.play(engine.prompt(1));
      expect(hitTokens).toBe(0);
      expect(operations).toBeGreaterThanOrEqual(segments);
      expect(operations).toBeLessThanOrEqual(EACH * segments + ONCE);
    }
  });
});
