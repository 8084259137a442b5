import type { PromptTree, TreePrompt } from '../../../base/prompt-tree.ts';
import type { Tokens } from '../../../base/units.ts';
import { followed } from './followed.ts';

/**
 * Prompts of one beginning and a sequence of passages: equal sequences share their keys. Nearly every request makes a
 * sequence that none made before, so a tree of all of them would grow with the run. This one remembers the sequences
 * used last, in two generations: when the young one is full the old one is forgotten. A sequence that comes back after
 * more than GENERATION others counts as new, long after any cache has lost it.
 */
export class PassagePrompts {
  private readonly beginning: TreePrompt;
  private readonly tree: PromptTree;
  private readonly lengthOf: (document: number) => Tokens;
  private readonly contents = new Map<number, { content: number; tokens: Tokens }>();
  private readonly generation: number;
  private young = new Map<string, TreePrompt>();
  private old = new Map<string, TreePrompt>();

  constructor(
    beginning: TreePrompt,
    tree: PromptTree,
    lengthOf: (document: number) => Tokens,
    generation: number = GENERATION,
  ) {
    this.beginning = beginning;
    this.tree = tree;
    this.lengthOf = lengthOf;
    this.generation = generation;
  }

  /** The prompt of the beginning and these documents' passages, without what follows. */
  of(documents: readonly number[]): TreePrompt {
    let prompt = this.beginning;
    let name = '';
    for (const document of documents) {
      name = `${name},${document}`;
      prompt = this.child(prompt, name, document);
    }
    return prompt;
  }

  private child(parent: TreePrompt, name: string, document: number): TreePrompt {
    const young = this.young.get(name);
    if (young !== undefined) return young;
    const prompt = this.old.get(name) ?? followed(parent, [{ ...this.passage(document), start: 0 }]);
    if (this.young.size >= this.generation) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(name, prompt);
    return prompt;
  }

  /** A passage's content is private to this reading: its runs hang on the prompts that are remembered here. */
  private passage(document: number): { content: number; tokens: Tokens } {
    let passage = this.contents.get(document);
    if (passage === undefined) {
      passage = { content: this.tree.privateContent(), tokens: this.lengthOf(document) };
      this.contents.set(document, passage);
    }
    return passage;
  }
}

/** Sequences, some 700 bytes each. */
const GENERATION = 2 ** 17;
