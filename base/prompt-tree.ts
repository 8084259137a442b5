import { InvariantError } from './invariant.ts';
import { KEYS_PER_RUN, type ContentId, type KeyRun, type Prompt, type Span } from './prompt.ts';
import { SiblingRuns } from './sibling-runs.ts';

/*
 * How keys come about. The prompts of one model, cache salt and LoRA adapter form a tree. A node is a run: one content
 * from one offset on, behind one particular prefix. A block's key is (run in which its last token lies, index of the
 * block in the prompt): it names the content of the block and all that precedes it, and consecutive blocks of a run
 * have consecutive keys, without a table of blocks.
 *
 * A content whose id is negative is private: no other prompt names it, except one that extends this very prompt.
 * Its run hangs on the prompt that it follows and not on the tree, so that it goes when the prompts go.
 */

/** A run of one content behind one prefix. */
export interface Run {
  /** Unique within a tree. */
  readonly id: number;
  /** Depth in tokens at which the run begins. */
  readonly begin: number;
  readonly content: ContentId;
  /** Offset in the content at `begin`. */
  readonly start: number;
  /** Runs that follow this one; private ones excepted. */
  children: SiblingRuns | undefined;
  /** Another run that follows the same text. */
  sibling: Run | undefined;
}

/** Makes the prompts of one run of the simulator. */
export class PromptTree {
  private readonly made: Made;
  private readonly scope: string;

  /** For `scoped`; a tree of its own otherwise. */
  constructor(made: Made = { runs: 0, privateContents: 0, scopes: new Map() }, scope = '') {
    this.made = made;
    this.scope = scope;
  }

  /** The same tree for prompts of another scope, unless they name one. */
  scoped(scope: string): PromptTree {
    return new PromptTree(this.made, scope);
  }

  /** A content that no other prompt names. */
  privateContent(): ContentId {
    return -++this.made.privateContents;
  }

  /** A prompt of these spans. `scope` = model, cache salt and LoRA adapter: prompts of different scopes share nothing. */
  prompt(spans: readonly Span[], scope = this.scope): TreePrompt {
    const { scopes } = this.made;
    let root = scopes.get(scope);
    if (root === undefined) {
      root = this.run(0, 0, 0);
      scopes.set(scope, root);
    }
    return new TreePrompt(this, root, [], [], 0).extend(spans);
  }

  /** A run that nothing else can name. */
  run(begin: number, content: ContentId, start: number): Run {
    return { id: this.made.runs++, begin, content, start, children: undefined, sibling: undefined };
  }
}

/** What a tree has made so far, in all scopes. */
interface Made {
  runs: number;
  privateContents: number;
  readonly scopes: Map<string, Run>;
}

/** A prompt, with the path of runs that it takes through its tree. Immutable. */
export class TreePrompt implements Prompt {
  readonly length: number;
  readonly path: readonly Run[];
  private readonly ownSpans: readonly Span[];
  private readonly tree: PromptTree;
  private readonly root: Run;
  /** Private runs that follow this prompt. */
  private followers: SiblingRuns | undefined;

  constructor(tree: PromptTree, root: Run, path: readonly Run[], spans: readonly Span[], length: number) {
    this.tree = tree;
    this.root = root;
    this.path = path;
    this.ownSpans = spans;
    this.length = length;
  }

  spans(): readonly Span[] {
    return this.ownSpans;
  }

  keys(blockTokens: number): KeyRun[] {
    return keysAlong(this.path, 0, Math.floor(this.length / blockTokens), blockTokens);
  }

  /** The run in which token `length` lies if the prompt goes on with token `start` of `content`. */
  next(content: ContentId, start: number): Run {
    return this.child(this.path.at(-1), this.length, content, start);
  }

  /** This prompt followed by more spans. */
  extend(more: readonly Span[]): TreePrompt {
    const path = [...this.path];
    const spans = [...this.ownSpans];
    let depth = this.length;
    for (const span of more) {
      if (span.tokens === 0) continue;
      if (span.tokens < 0) throw new InvariantError('a span has at least one token', { span });
      const previous = path.at(-1);
      const run = this.child(previous, depth, span.content, span.start);
      const last = spans.at(-1);
      if (run === previous && last !== undefined) {
        spans[spans.length - 1] = { ...last, tokens: last.tokens + span.tokens };
      } else {
        path.push(run);
        spans.push(span);
      }
      depth += span.tokens;
    }
    return new TreePrompt(this.tree, this.root, path, spans, depth);
  }

  /** The run of `content` from `start` on at `depth` behind `last`; `last` itself when it simply goes on. */
  private child(last: Run | undefined, depth: number, content: ContentId, start: number): Run {
    if (last !== undefined && last.content === content && last.start + (depth - last.begin) === start)
      return last;
    if (content < 0) return this.privateChild(depth, content, start);
    const parent = last ?? this.root;
    parent.children ??= new SiblingRuns();
    return this.among(parent.children, depth, content, start);
  }

  private privateChild(depth: number, content: ContentId, start: number): Run {
    if (depth !== this.length) return this.tree.run(depth, content, start);
    this.followers ??= new SiblingRuns();
    return this.among(this.followers, depth, content, start);
  }

  private among(siblings: SiblingRuns, depth: number, content: ContentId, start: number): Run {
    return siblings.find(depth, content, start) ?? siblings.add(this.tree.run(depth, content, start));
  }
}

/** Key of block `index` (0-based, whole blocks) whose last token lies in `run`. */
export function blockKey(run: Run, index: number): number {
  return run.id * KEYS_PER_RUN + index;
}

/** Keys of blocks `from` … `to` - 1 (whole ones) of a prompt that takes this path. */
export function keysAlong(path: readonly Run[], from: number, to: number, blockTokens: number): KeyRun[] {
  const runs: KeyRun[] = [];
  let block = from;
  for (let position = 0; position < path.length && block < to; position++) {
    const run = path[position];
    const end = path[position + 1]?.begin ?? Infinity;
    const blocks = Math.min(to, Math.floor(end / blockTokens)); // whole blocks that end in this run or before it
    if (run !== undefined && blocks > block) {
      runs.push({ firstKey: blockKey(run, block), count: blocks - block });
      block = blocks;
    }
  }
  return runs;
}
