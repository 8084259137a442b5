import type { KeyRun, Span } from '../../../base/prompt.ts';
import type { PromptTree, TreePrompt } from '../../../base/prompt-tree.ts';
import type { StoredTokens } from '../../../scheduler/kv-event.ts';

/** Tokens of KV events as continuations of the prompts of one tree. Remembers which prompt each key ends. */
export class TreeTokens {
  private readonly tree: PromptTree;
  private readonly prompts = new Map<number, TreePrompt>();

  constructor(tree: PromptTree) {
    this.tree = tree;
  }

  stored(spans: readonly Span[]): StoredTokens {
    return {
      length: spans.reduce((sum, { tokens }) => sum + tokens, 0),
      keys: (blockTokens, parent, scope) => this.keys(spans, blockTokens, parent, scope),
    };
  }

  private keys(
    spans: readonly Span[],
    blockTokens: number,
    parent: number | undefined,
    scope: string,
  ): readonly KeyRun[] {
    let prompt = parent === undefined ? this.tree.prompt([], scope) : this.prompts.get(parent);
    const keys: KeyRun[] = [];
    for (const block of blocksOf(spans, blockTokens)) {
      prompt = prompt?.extend(block);
      const last = prompt?.keys(blockTokens).at(-1);
      if (prompt === undefined || last === undefined) break;
      const key = last.firstKey + last.count - 1;
      this.prompts.set(key, prompt);
      keys.push({ firstKey: key, count: 1 });
    }
    return keys;
  }
}

/** The spans of each whole block. */
function* blocksOf(spans: readonly Span[], blockTokens: number): Generator<Span[]> {
  let block: Span[] = [];
  let filled = 0;
  for (const span of spans) {
    let used = 0;
    while (used < span.tokens) {
      const tokens = Math.min(span.tokens - used, blockTokens - filled);
      block.push({ content: span.content, start: span.start + used, tokens });
      used += tokens;
      filled += tokens;
      if (filled === blockTokens) {
        yield block;
        block = [];
        filled = 0;
      }
    }
  }
}
