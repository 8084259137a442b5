import { describe, expect, it } from 'vitest';

import { stepTimeModel } from '../../../sim/latency/profile-step-time.ts';
import type { Speculation } from '../../../sim/latency/step-time-input.ts';
import { inputOf, shapeOf, TICKS_PER_SECOND } from './support.ts';

/** Milliseconds of a step of `rows` sequences that each verify `drafts` drafts. */
function stepOf(
  rows: number,
  drafts: number,
  drafter: Speculation['drafter'] | undefined,
  model = 'llama-3.1-8b',
): number {
  const speculation = drafter === undefined ? undefined : { tokens: drafts, drafter };
  const timer = stepTimeModel({ ...inputOf('h100-sxm-80gb', model, 1), speculation }).timer(TICKS_PER_SECOND);
  const shape = shapeOf(Array.from({ length: rows }, () => 2000));
  shape.decodeTokens = rows * (1 + drafts);
  shape.sampledRows = shape.decodeTokens;
  return (1e3 * timer.step(shape)) / TICKS_PER_SECOND;
}

describe('a step with drafts', () => {
  it('verifies a few drafts of a few sequences almost for nothing, and many of many not', () => {
    // The weights are read once, whatever the tokens: the reason for speculative decoding (Leviathan et al., section 4).
    const few = stepOf(4, 3, 'lookup') / stepOf(4, 0, undefined);
    expect(few).toBeGreaterThan(1);
    expect(few).toBeLessThan(1.15);
    const many = stepOf(256, 3, 'lookup') / stepOf(256, 0, undefined);
    expect(many).toBeGreaterThan(1.4);
  });

  it.each(['llama-3.1-8b', 'qwen3-30b-a3b', 'deepseek-v2-lite'])(
    'costs a layer of %s more per draft',
    (model) => {
      const without = stepOf(8, 3, 'lookup', model);
      const drafted = [1, 2, 3].map((tokens) => {
        const speculation = { tokens, drafter: 'layer' } as const;
        const timer = stepTimeModel({ ...inputOf('h100-sxm-80gb', model, 1), speculation }).timer(
          TICKS_PER_SECOND,
        );
        const shape = shapeOf(Array.from({ length: 8 }, () => 2000));
        shape.decodeTokens = 8 * 4;
        shape.sampledRows = 8 * 4;
        return (1e3 * timer.step(shape)) / TICKS_PER_SECOND;
      });
      const [one = 0, two = 0, three = 0] = drafted;
      expect(one).toBeGreaterThan(without);
      expect(three - two).toBeCloseTo(two - one, 4);
      // A layer and the LM head: far less than the model.
      expect(three - two).toBeLessThan(without / 4);
    },
  );
});
