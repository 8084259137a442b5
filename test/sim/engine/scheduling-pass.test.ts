import { expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import { RUNNING_ROW, SchedulingPass } from '../../../sim/engine/scheduling-pass.ts';
import { Sequence } from '../../../sim/engine/sequence.ts';

it('a pass that loses its prefill to a preemption carries none', () => {
  const tree = new PromptTree();
  const prompt = tree.prompt([{ content: 1, start: 0, tokens: 40 }]);
  const request = { index: 0, prompt, outputContent: 2, outputTokens: 5, maxOutputTokens: 5, priority: 0 };
  const sequence = new Sequence({ ...request, lora: undefined }, 100, 0);
  const pass = new SchedulingPass();
  pass.add(sequence, 8, 0, RUNNING_ROW, 2);
  pass.prefills.add(sequence);
  expect(pass.hasPrefill).toBe(true);
  expect(pass.remove(sequence)).toBe(8);
  expect(pass.hasPrefill).toBe(false);
});
