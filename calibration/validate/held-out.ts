import { sha256 } from '../../base/sha256.ts';
import type { Split } from '../../documents/validation-report.ts';

/**
 * The (model, GPU) pairs that no constant may be fitted to: the third of the fourteen pairs of the public measurements
 * whose SHA-256 is smallest. A test compares the list with the rule, which decides for pairs that are not known here.
 */
export const HELD_OUT: readonly string[] = [
  'minimax-m2.5 b300-sxm-288gb',
  'gpt-oss-120b h100-sxm-80gb',
  'kimi-k2.5 h200-sxm-141gb',
  'qwen3-32b h100-sxm-80gb',
  'llama-3.1-8b rtx-pro-6000-96gb',
];

/** The first 32 bits of the hash below which a pair is held out: between the fifth and the sixth of the known pairs. */
const BELOW = 0x90000000;

/** Whether constants may be fitted to this model on this GPU, or it only examines them. */
export function splitOf(model: string, hardware: string): Split {
  const pair = `${model} ${hardware}`;
  return HELD_OUT.includes(pair) || isHeldOut(pair) ? 'held-out' : 'fit';
}

/** The rule behind the list. */
export function isHeldOut(pair: string): boolean {
  return Number.parseInt(sha256(pair).slice(0, 8), 16) < BELOW;
}
