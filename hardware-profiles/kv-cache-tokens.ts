import type { Blocks, Tokens } from '../base/units.ts';

/** Sliding-window layers beside full ones: they hold the window and what the batches in flight may add to it. */
export interface WindowGroup {
  readonly window: Tokens;
  /** Batches in flight x max_num_batched_tokens. */
  readonly inFlightTokens: Tokens;
}

/**
 * KV blocks behind the start-up line "GPU KV cache size: N tokens". vLLM prints N = blocks x L / (blocks that one request
 * of the length limit L needs, over all groups of layers), cut to an integer; the null block is counted.
 * Source: vLLM get_max_concurrency_for_kv_cache_config; the window's share as in SlidingWindowSpec.max_memory_usage_bytes.
 */
export function blocksOfKvCacheTokens(
  tokens: Tokens,
  maxModelLen: Tokens,
  blockSize: Tokens,
  group?: WindowGroup,
): Blocks {
  return Math.round((tokens * blocksOfRequest(maxModelLen, blockSize, group)) / maxModelLen);
}

/** What vLLM prints as the size of a KV cache of so many blocks. */
export function kvCacheTokensOfBlocks(
  blocks: Blocks,
  maxModelLen: Tokens,
  blockSize: Tokens,
  group?: WindowGroup,
): Tokens {
  return Math.floor((blocks * maxModelLen) / blocksOfRequest(maxModelLen, blockSize, group));
}

function blocksOfRequest(maxModelLen: Tokens, blockSize: Tokens, group: WindowGroup | undefined): Blocks {
  const full = Math.ceil(maxModelLen / blockSize);
  if (group === undefined) return full;
  const held = Math.min(group.window - 1 + group.inFlightTokens, maxModelLen);
  return full + Math.ceil(held / blockSize) + 1;
}
