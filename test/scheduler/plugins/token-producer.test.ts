import { describe, expect, it } from 'vitest';

import { configText, world } from '../support/world.ts';

describe.each(['token-producer', 'tokenizer'])('%s', (type) => {
  it('gives the tokens of all prompts to the plugins after it', () => {
    const w = world(
      configText(
        `- {type: ${type}}\n- {type: context-length-aware}`,
        '  - {pluginRef: context-length-aware}',
      ),
      1,
    );
    const state = w.decide({ prompts: [w.prompt([1, 0, 1000]), w.prompt([2, 0, 24])] });
    expect(state.inputTokens).toBe(1024);
    expect(state.prompts?.map(({ length }) => length)).toEqual([1000, 24]);
  });
});
