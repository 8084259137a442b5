import type { Blocks, Tokens } from '../base/units.ts';

/** What the start-up log of vLLM says of the KV cache; undefined where no line does. */
export interface StartupLog {
  /** "# GPU blocks: N", "num_gpu_blocks: N". */
  readonly blocks: Blocks | undefined;
  /** "GPU KV cache size: N tokens". */
  readonly tokens: Tokens | undefined;
  /** Of "Maximum concurrency for L tokens per request: C x". */
  readonly maxModelLen: Tokens | undefined;
}

/**
 * Reads the log of `vllm serve`. Of several engine cores or ranks, each with a line of its own, the smallest counts; of
 * starts after each other in one file too, for which the caller cannot know.
 * Source: vLLM v1/core/kv_cache_utils.py, whose lines are "# GPU blocks: 1381" (pull request 12569), "GPU KV cache size:
 * 2,042,016 tokens" and "Maximum concurrency for 2,048 tokens per request: 997.08x" (13596, later on one line);
 * "num_gpu_blocks is overridden" and the JSON of vLLM's configuration give `num_gpu_blocks`.
 */
export function readStartupLog(text: string): StartupLog {
  return {
    blocks: smallest(text, /(?:# GPU blocks|"?num_gpu_blocks"?(?: is)?)\s*[:=]\s*(\d[\d,]*)/g),
    tokens: smallest(text, /GPU KV cache size:\s*(\d[\d,]*) tokens/g),
    maxModelLen: smallest(text, /Maximum concurrency for (\d[\d,]*) tokens per request/g),
  };
}

function smallest(text: string, pattern: RegExp): number | undefined {
  const found = [...text.matchAll(pattern)].map(([, digits = '']) => Number(digits.replaceAll(',', '')));
  return found.length === 0 ? undefined : Math.min(...found);
}
