import type { Blocks, Tokens } from '../base/units.ts';

/** Sliding-window layers, beside full ones or alone: they hold the window and what the batches in flight may add to it. */
export interface WindowGroups {
  readonly window: Tokens;
  /** Groups of such layers: each has blocks of its own. */
  readonly groups: number;
  /** Batches in flight x max_num_batched_tokens. */
  readonly inFlightTokens: Tokens;
  /** There are no layers that attend to everything. */
  readonly alone?: boolean;
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
  windows?: WindowGroups,
): Blocks {
  return Math.round((tokens * blocksOfRequest(maxModelLen, blockSize, windows)) / maxModelLen);
}

/** What vLLM prints as the size of a KV cache of so many blocks. */
export function kvCacheTokensOfBlocks(
  blocks: Blocks,
  maxModelLen: Tokens,
  blockSize: Tokens,
  windows?: WindowGroups,
): Tokens {
  return Math.floor((blocks * maxModelLen) / blocksOfRequest(maxModelLen, blockSize, windows));
}

function blocksOfRequest(maxModelLen: Tokens, blockSize: Tokens, windows: WindowGroups | undefined): Blocks {
  const full = Math.ceil(maxModelLen / blockSize);
  if (windows === undefined) return full;
  const held = Math.min(windows.window - 1 + windows.inFlightTokens, maxModelLen);
  return (windows.alone === true ? 0 : full) + windows.groups * (Math.ceil(held / blockSize) + 1);
}
