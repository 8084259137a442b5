import { describe, expect, it } from 'vitest';

import { loadModel } from '../../../hardware-profiles/load-model.ts';
import { kvBytesPerToken } from '../../../hardware-profiles/kv-layout.ts';
import { shippedProfiles } from '../../support/profiles.ts';
import { inputOf, shapeOf, TICKS_PER_SECOND, timerOf } from './support.ts';

const ROWS = 92;
const PREFIX = 6000;
const contexts = Array.from({ length: ROWS }, (_, row) => PREFIX + 1000 + 10 * row);
/** As many tokens are read again if the rows have so many prefixes of 6000 tokens. */
const readAgain = (prefixes: number) => (ROWS - prefixes) * PREFIX;

describe('a common prefix', () => {
  it('makes steps shorter, the more rows have it, in pure and in mixed steps', () => {
    const timer = timerOf('h100-sxm-80gb', 'qwen3-32b', 2);
    for (const chunks of [[], [[512, PREFIX] as const]]) {
      const at = (prefixes: number) =>
        timer.step({ ...shapeOf(contexts, chunks), sharedContext: readAgain(prefixes) });
      expect(at(19)).toBeLessThan(0.95 * at(ROWS));
      expect(at(1)).toBeLessThan(at(19));
      expect(at(ROWS)).toBe(timer.step(shapeOf(contexts, chunks)));
    }
  });

  it('is read from memory at least once', () => {
    const { gpu } = inputOf('h100-sxm-80gb', 'qwen3-32b', 2);
    const timer = timerOf('h100-sxm-80gb', 'qwen3-32b', 2);
    const step = timer.step({ ...shapeOf(contexts), sharedContext: readAgain(1) });
    const distinct = contexts.reduce((sum, context) => sum + context, 0) - readAgain(1);
    const bytes = distinct * kvBytesPerToken(loadModel(shippedProfiles, 'qwen3-32b'));
    expect(step / TICKS_PER_SECOND).toBeGreaterThan(bytes / (2 * gpu.memoryBandwidth.value));
  });

  it('changes nothing where no share is stated', () => {
    const timer = timerOf('l40s-48gb', 'llama-3.1-8b', 1);
    expect(timer.step({ ...shapeOf(contexts), sharedContext: readAgain(1) })).toBe(
      timer.step(shapeOf(contexts)),
    );
  });

  it('leaves what idle rows share out of account: never less time than no context takes', () => {
    const timer = timerOf('h100-sxm-80gb', 'qwen3-32b', 2);
    const shape = { ...shapeOf([100]), sharedContext: 100_000 };
    const growth = { growth: 1, steps: 0 };
    timer.growth(shape, growth);
    expect(growth.growth).toBe(0);
    expect(timer.step(shape)).toBe(timer.step(shapeOf([0])));
  });
});
