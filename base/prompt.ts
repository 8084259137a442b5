/**
 * A prompt, as engines and routers see it: not text, but which of its tokens equal which tokens of other prompts.
 * Everything that compares prompts (prefix caches, routers' indexes, KV events) works on runs of block keys.
 */
export interface Prompt {
  /** Tokens. */
  readonly length: number;
  /** The prompt's tokens in order; neighbouring spans never continue one another. */
  spans(): readonly Span[];
  /**
   * Keys of the whole blocks of `blockTokens` tokens, in order, as runs of consecutive integers. Two blocks (of any
   * prompts, at one block size) have equal keys if and only if they and everything before them are equal, within
   * one model, cache salt and LoRA adapter. A last partial block has no key.
   */
  keys(blockTokens: number): readonly KeyRun[];
}

/** Tokens start … start+tokens-1 of a content. Equal content and offset are equal tokens. */
export interface Span {
  readonly content: ContentId;
  readonly start: number;
  readonly tokens: number;
}

/** Names a text, or a stream of output tokens. */
export type ContentId = number;

/** `count` keys firstKey, firstKey + 1, … */
export interface KeyRun {
  readonly firstKey: number;
  readonly count: number;
}

/** Keys of one run share floor(key / KEYS_PER_RUN): indexes bucket by it and keep intervals inside a bucket. */
export const KEYS_PER_RUN = 2 ** 20;
