import type { Tokens } from '../../base/units.ts';

/**
 * Characters (and bytes) of text per token, for policies that look at text where the router here sees tokens: the ratio
 * of the picker's estimating tokenizer (bytesPerToken in tokenizer/estimate.go of llm-d-router).
 */
const CHARACTERS_PER_TOKEN = 4;

/** Tokens that a number of characters stands for, at least one. */
export function tokensOfCharacters(characters: number): Tokens {
  return Math.max(1, Math.round(characters / CHARACTERS_PER_TOKEN));
}
