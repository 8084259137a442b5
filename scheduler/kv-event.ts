import type { KeyRun } from '../base/prompt.ts';
import type { Tokens } from '../base/units.ts';

/** What an engine publishes of its prefix cache. Events of one endpoint arrive in the order in which they happened. */
export type KvEvent =
  | {
      readonly type: 'stored';
      /** The engine's names for the blocks, in prompt order; only equality counts. */
      readonly blocks: readonly KeyRun[];
      /** Name of the block before the first; undefined at the start of a prompt. */
      readonly parent: number | undefined;
      /** The tokens of the blocks; undefined when the event moves known blocks to another medium. */
      readonly tokens: StoredTokens | undefined;
      /** Tokens per block of the engine. */
      readonly blockSize: Tokens;
      /** Where the blocks lie (gpu, cpu, …), in any case; undefined = gpu. */
      readonly medium?: string;
      readonly lora?: string;
    }
  | { readonly type: 'removed'; readonly blocks: readonly KeyRun[]; readonly medium?: string }
  | { readonly type: 'cleared' };

/**
 * The tokens of stored blocks, as a router needs them: cut into its own blocks. A gateway has the token ids of the
 * event (StoredTokenIds), the simulator the prompt that they are part of (StoredPromptPart).
 */
export interface StoredTokens {
  /** How many. */
  readonly length: Tokens;
  /**
   * Keys of the whole blocks of `blockTokens` tokens, cut from the first of these tokens on, behind the router's block
   * whose key is `parent` (undefined = at the start of a prompt of `scope`, the model's or adapter's name). They equal
   * the keys of a prompt if and only if it has the same tokens from its start to there. Keys that can equal no prompt's
   * may be left out.
   */
  keys(blockTokens: Tokens, parent: number | undefined, scope: string): readonly KeyRun[];
}
