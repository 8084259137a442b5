import type { Blocks, Tokens } from '../base/units.ts';

/**
 * KV blocks behind the start-up line "GPU KV cache size: N tokens" of a model with one kind of attention. vLLM prints
 * blocks x L / ceil(L / block size), cut to an integer, with L = the model's length limit (get_max_concurrency);
 * the null block is counted.
 */
export function blocksOfKvCacheTokens(tokens: Tokens, maxModelLen: Tokens, blockSize: Tokens): Blocks {
  return Math.round((tokens * Math.ceil(maxModelLen / blockSize)) / maxModelLen);
}
