import type { KeyRun, Span } from '../base/prompt.ts';
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
      readonly tokens: readonly Span[] | undefined;
      /** Tokens per block of the engine. */
      readonly blockSize: Tokens;
      /** Where the blocks lie (gpu, cpu, …), lower case; undefined = gpu. */
      readonly medium?: string;
      readonly lora?: string;
    }
  | { readonly type: 'removed'; readonly blocks: readonly KeyRun[]; readonly medium?: string }
  | { readonly type: 'cleared' };
