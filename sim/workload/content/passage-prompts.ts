import type { PromptTree, TreePrompt } from '../../../base/prompt-tree.ts';
import type { Tokens } from '../../../base/units.ts';
import { followed } from './followed.ts';

interface Sequence {
  /** Names the sequence: 0 for the empty one, never used again when it is forgotten. */
  readonly id: number;
  readonly prompt: TreePrompt;
}

/**
 * Prompts of one beginning and a sequence of passages: equal sequences share their keys. Nearly every request makes a
 * sequence that none made before, so a tree of all of them would grow with the run. This one remembers the sequences
 * used last, in two generations: when the young one is full the old one is forgotten. A sequence that comes back after
 * more than a generation of others counts as new, long after any cache has lost it.
 */
export class PassagePrompts {
  private readonly empty: Sequence;
  private readonly tree: PromptTree;
  private readonly documents: number;
  private readonly lengthOf: (document: number) => Tokens;
  private readonly generation: number;
  private readonly contents = new Map<number, { content: number; tokens: Tokens }>();
  /** By the id of the sequence that goes before x documents + the document that is added. */
  private young = new Map<number, Sequence>();
  private old = new Map<number, Sequence>();
  private sequences = 0;

  constructor(
    beginning: TreePrompt,
    tree: PromptTree,
    documents: number,
    lengthOf: (document: number) => Tokens,
    generation: number = GENERATION,
  ) {
    this.empty = { id: 0, prompt: beginning };
    this.tree = tree;
    this.documents = documents;
    this.lengthOf = lengthOf;
    this.generation = generation;
  }

  /** The prompt of the beginning and these documents' passages, without what follows. */
  of(documents: readonly number[]): TreePrompt {
    let sequence = this.empty;
    for (const document of documents) sequence = this.child(sequence, document);
    return sequence.prompt;
  }

  private child(parent: Sequence, document: number): Sequence {
    const name = parent.id * this.documents + document;
    const young = this.young.get(name);
    if (young !== undefined) return young;
    const sequence = this.old.get(name) ?? {
      id: ++this.sequences,
      prompt: followed(parent.prompt, [this.passage(document)]),
    };
    if (this.young.size >= this.generation) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(name, sequence);
    return sequence;
  }

  /** A passage's content is private to this reading: its runs hang on the prompts that are remembered here. */
  private passage(document: number): { content: number; start: number; tokens: Tokens } {
    let passage = this.contents.get(document);
    if (passage === undefined) {
      passage = { content: this.tree.privateContent(), tokens: this.lengthOf(document) };
      this.contents.set(document, passage);
    }
    return { ...passage, start: 0 };
  }
}

/** Sequences, some 700 bytes each. */
const GENERATION = 2 ** 16;
