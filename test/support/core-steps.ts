import { PromptTree, type TreePrompt } from '../../base/prompt-tree.ts';
import { BlockPool } from '../../sim/engine/block-pool.ts';
import type { EngineConfig } from '../../sim/engine/engine-config.ts';
import { EngineCore } from '../../sim/engine/engine-core.ts';
import { SchedulingPass } from '../../sim/engine/scheduling-pass.ts';
import { Sequence } from '../../sim/engine/sequence.ts';

/** What is added to the core: a prompt, or the length of one that nobody shares. */
export interface CoreRequest {
  readonly input?: number;
  readonly prompt?: TreePrompt;
  readonly output: number;
  readonly sendsKv?: boolean;
  readonly remoteTokens?: number;
}

/** Names of the sequences of a pass, and of those that it left waiting. */
export interface SeenPass {
  readonly rows: string[];
  readonly preempted: string[];
  readonly waiting: string[];
}

/** The engine's core pass by pass, without time: each pass's output is there before the next one is composed. */
export class CoreSteps {
  totalTokens = 0;
  private readonly core: EngineCore;
  private readonly config: EngineConfig;
  private readonly tree: PromptTree;
  private readonly byName = new Map<string, Sequence>();
  private readonly names = new Map<Sequence, string>();

  /** `groups`: sequences that only decode go on in the decode group, and are not among the rows that are seen. */
  constructor(config: EngineConfig, tree = new PromptTree(), groups = false) {
    this.config = config;
    this.tree = tree;
    const pool = new BlockPool(config.numGpuBlocks - 1, undefined);
    this.core = new EngineCore(config, pool, { preempted: () => undefined }, groups);
  }

  get free(): number {
    return this.core.kv.pool.free;
  }

  /** Sequences in the decode group. */
  get grouped(): number {
    return this.core.group.members.length;
  }

  /** Ends a sequence from outside. */
  abort(name: string): void {
    this.core.abort(this.sequence(name));
  }

  /** Segments that the block pool and its index have touched so far. */
  get operations(): number {
    const { pool, index } = this.core.kv;
    return pool.operations + index.operations;
  }

  add(name: string, { input = 0, prompt, output, sendsKv, remoteTokens }: CoreRequest): void {
    const { tree } = this;
    const request = {
      index: this.byName.size,
      prompt: prompt ?? tree.prompt([{ content: tree.privateContent(), start: 0, tokens: input }]),
      outputContent: tree.privateContent(),
      outputTokens: output,
      maxOutputTokens: output,
      priority: 0,
      lora: undefined,
      sendsKv,
      remoteTokens,
    };
    const sequence = new Sequence(request, this.config.maxModelLen, 0);
    this.byName.set(name, sequence);
    this.names.set(sequence, name);
    this.core.add(sequence);
  }

  /** Composes a pass, runs it and takes in its output. */
  step(): SeenPass {
    const { core } = this;
    const pass = new SchedulingPass();
    core.schedule(pass);
    const seen = {
      rows: this.namesOf(pass.sequences.slice(0, pass.rows)),
      preempted: this.namesOf(pass.preempted),
      waiting: this.namesOf([...core.blocked, ...core.waiting]),
    };
    this.totalTokens = pass.totalTokens;
    core.beginUpdate(pass);
    for (let row = 0; row < pass.rows; row++) core.processRow(pass, row, pass.samples[row] ?? 0);
    core.check();
    return seen;
  }

  received(name: string): void {
    this.core.received(this.sequence(name));
  }

  sent(name: string): void {
    this.core.sent(this.sequence(name));
  }

  hitTokens(name: string): number {
    return this.sequence(name).hitTokens;
  }

  private sequence(name: string): Sequence {
    const found = this.byName.get(name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  private namesOf(sequences: readonly Sequence[]): string[] {
    return sequences.map((sequence) => this.names.get(sequence) ?? '?');
  }
}
