import { expect, it } from 'vitest';

import { HELD_OUT, isHeldOut, splitOf } from '../../../calibration/validate/held-out.ts';

const KNOWN = [
  'minimax-m2.5 b200-sxm-180gb',
  'minimax-m2.5 b300-sxm-288gb',
  'qwen3-32b h100-sxm-80gb',
  'llama-3.1-70b h100-sxm-80gb',
  'llama-3.1-70b h200-sxm-141gb',
  'llama-3.1-8b h200-sxm-141gb',
  'kimi-k2.5 b200-sxm-180gb',
  'kimi-k2.5 h200-sxm-141gb',
  'gpt-oss-120b b200-sxm-180gb',
  'gpt-oss-120b h100-sxm-80gb',
  'llama-3.1-8b rtx-4090-24gb',
  'llama-3.1-8b rtx-pro-6000-96gb',
  'llama-2-70b a100-sxm-80gb',
  'llama-2-70b h100-sxm-80gb',
];

it('holds out the pairs that the hash chooses, a third or more of those that are known', () => {
  expect(new Set(KNOWN.filter(isHeldOut))).toEqual(new Set(HELD_OUT));
  expect(HELD_OUT.length / KNOWN.length).toBeGreaterThanOrEqual(1 / 3);
});

it('decides by the hash alone for other pairs', () => {
  expect(splitOf('qwen3-32b', 'h100-sxm-80gb')).toBe('held-out');
  expect(splitOf('llama-3.1-70b', 'h100-sxm-80gb')).toBe('fit');
  const others = Array.from({ length: 1000 }, (_, index) => splitOf(`model-${index}`, 'gpu'));
  const share = others.filter((split) => split === 'held-out').length / others.length;
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(0.62);
});
