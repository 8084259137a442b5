import type { KeyRun, Prompt, Span } from '../../base/prompt.ts';
import type { Tokens } from '../../base/units.ts';
import type { StoredTokens } from '../kv-event.ts';
import { chainKeys } from './token-chain.ts';

/** What an item of another modality takes up of a prompt, as far as its blocks differ by it. */
export interface TokenItem {
  readonly hash: string;
  readonly offset: Tokens;
  readonly length: Tokens;
}

/**
 * A prompt whose tokens are known one by one: a gateway's. Every block has a key of its own (runs of length 1); an item
 * counts in every block that it touches, the cache salt in the first.
 * Source: preciseprefixcache/blockkeys.go and pkg/kvcache/kvblock/extra_keys.go of llm-d-router.
 */
export class TokenPrompt implements Prompt {
  readonly tokens: Uint32Array;
  private readonly scope: string;
  private readonly salt: string;
  private readonly items: readonly TokenItem[];
  /** Keys by block size: routers ask for one or two. */
  private readonly known = new Map<Tokens, readonly KeyRun[]>();

  /** `scope`: the model, or the adapter that takes its place. */
  constructor(tokens: Uint32Array, scope: string, salt = '', items: readonly TokenItem[] = []) {
    this.tokens = tokens;
    this.scope = scope;
    this.salt = salt;
    this.items = items;
  }

  get length(): Tokens {
    return this.tokens.length;
  }

  /** One span per token: token t is token 0 of content t. */
  spans(): readonly Span[] {
    return Array.from(this.tokens, (content) => ({ content, start: 0, tokens: 1 }));
  }

  keys(blockTokens: Tokens): readonly KeyRun[] {
    let runs = this.known.get(blockTokens);
    if (runs === undefined) {
      const extra = this.salt === '' && this.items.length === 0 ? undefined : this.extraOf(blockTokens);
      runs = chainKeys(this.tokens, blockTokens, undefined, this.scope, extra);
      this.known.set(blockTokens, runs);
    }
    return runs;
  }

  private extraOf(blockTokens: Tokens): (block: number) => string {
    return (block) => {
      const from = block * blockTokens;
      const inside = this.items.filter(
        ({ offset, length }) => length > 0 && offset < from + blockTokens && offset + length > from,
      );
      const salt = block === 0 && this.salt !== '' ? [this.salt] : [];
      return [...inside.map(({ hash }) => hash), ...salt].join('\n');
    };
  }
}

/** The token ids of a KV event. */
export class StoredTokenIds implements StoredTokens {
  private readonly tokens: Uint32Array;

  constructor(tokens: Uint32Array) {
    this.tokens = tokens;
  }

  get length(): Tokens {
    return this.tokens.length;
  }

  keys(blockTokens: Tokens, parent: number | undefined, scope: string): readonly KeyRun[] {
    return chainKeys(this.tokens, blockTokens, parent, scope);
  }
}
