import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import { RowShape } from './row-shape.ts';
import type { Sequence } from './sequence.ts';

/** A row's sequence was running; was admitted for the first time; or again after a preemption. */
export const RUNNING_ROW = 0;
export const NEW_ROW = 1;
export const RESUMED_ROW = 2;

/*
 * One scheduling pass (SchedulerOutput in vllm/v1/core/sched/output.py): which sequences compute how many tokens. Layout:
 * parallel arrays, `rows` entries in use, reused from pass to pass.
 */
export class SchedulingPass {
  rows = 0;
  /** Decode rows besides, one for each sequence that was in the decode group and has not left it since. */
  grouped = 0;
  readonly sequences: Sequence[] = [];
  readonly tokens: Tokens[] = [];
  /** Draft tokens among them. */
  readonly drafts: Tokens[] = [];
  /** Tokens computed before the pass. */
  readonly computed: Tokens[] = [];
  /** 1 when the row ends in sampled tokens; 0 for a chunk that leaves known tokens to compute. */
  readonly samples: number[] = [];
  /** RUNNING_ROW, NEW_ROW or RESUMED_ROW. */
  readonly kinds: number[] = [];
  /** Blocks per group of layers that the row's sequence got. */
  readonly newBlocks: Blocks[] = [];
  totalTokens: Tokens = 0;
  /** Rows of sequences that were not running before. */
  admitted = 0;
  /** Running sequences that have a row for a part of a prompt, or of a text that a preemption lost. */
  readonly prefills = new Set<Sequence>();
  /** Every running sequence gets its next token, and nothing else happens. */
  steady = false;
  /** In the order in which they fell. */
  readonly preempted: Sequence[] = [];
  /** Sequences that took blocks for KV of another server; `cached` of their tokens were here, `external` are there. */
  readonly loads: { sequence: Sequence; cached: Tokens; external: Tokens }[] = [];
  /** Sequences that have ended since the last pass, `finishedCount` of them. */
  readonly finished: Sequence[] = [];
  finishedCount = 0;
  /** Tokens that admissions of this pass looked for in the prefix cache and found; first ones, and resumed ones. */
  queries: Tokens = 0;
  hits: Tokens = 0;
  resumedQueries: Tokens = 0;
  resumedHits: Tokens = 0;
  /** What its time depends on. */
  readonly shape: RowShape;
  /** Counts passes with rows, from 1: the fence for blocks that it may still write. */
  number = 0;
  duration: Ticks = 0;

  /** `window`: tokens of the sliding-window layers, if the model has such. */
  constructor(window?: Tokens) {
    this.shape = new RowShape(window);
  }

  get isEmpty(): boolean {
    return this.rows + this.grouped === 0;
  }

  get hasPrefill(): boolean {
    return this.prefills.size > 0;
  }

  clear(): void {
    this.rows = 0;
    this.grouped = 0;
    this.totalTokens = 0;
    this.admitted = 0;
    if (this.hasPrefill) this.prefills.clear();
    this.steady = false;
    this.queries = 0;
    this.hits = 0;
    this.resumedQueries = 0;
    this.resumedHits = 0;
    this.duration = 0;
    this.shape.clear();
    if (this.preempted.length > 0) this.preempted.length = 0;
    if (this.loads.length > 0) this.loads.length = 0;
    this.finishedCount = 0;
  }

  add(sequence: Sequence, tokens: Tokens, drafts: Tokens, kind: number, newBlocks: Blocks): number {
    const row = this.rows++;
    this.sequences[row] = sequence;
    this.tokens[row] = tokens;
    this.drafts[row] = drafts;
    this.computed[row] = sequence.computed;
    this.samples[row] = 0;
    this.kinds[row] = kind;
    this.newBlocks[row] = newBlocks;
    this.totalTokens += tokens;
    if (kind !== RUNNING_ROW) this.admitted++;
    return row;
  }

  /** Becomes the same pass of decode rows `steps` steps later. */
  advance(steps: number, growth: Ticks): void {
    this.duration += steps * growth;
    this.shape.advance(steps);
  }

  /** Takes over the rows of another pass of decode rows. */
  copyRows(other: SchedulingPass): void {
    this.rows = other.rows;
    this.grouped = other.grouped;
    this.steady = other.steady;
    for (let row = 0; row < other.rows; row++) {
      const sequence = other.sequences[row];
      if (sequence !== undefined) this.sequences[row] = sequence;
      this.tokens[row] = 1;
      this.drafts[row] = 0;
      this.samples[row] = 1;
      this.kinds[row] = RUNNING_ROW;
    }
  }

  /**
   * Turns decode rows of the group into rows of their own: those of sequences that have left it, in order of admission,
   * and were in it when this pass was composed. `composed`, `processed`: numbers of the last such passes.
   */
  takeIn(sequences: readonly Sequence[], composed: number, processed: number): void {
    if (this.grouped === 0 || this.number <= processed) return;
    let from = this.rows - 1;
    let more = 0;
    for (const { processedBase } of sequences) if (this.number > processedBase) more++;
    this.rows += more;
    this.grouped -= more;
    let to = this.rows - 1;
    for (let index = sequences.length - 1; index >= 0; index--) {
      const sequence = sequences[index];
      if (sequence === undefined || this.number <= sequence.processedBase) continue;
      while (from >= 0 && (this.sequences[from]?.rank ?? 0) > sequence.rank) this.move(from--, to--);
      this.sequences[to] = sequence;
      this.tokens[to] = 1;
      this.drafts[to] = 0;
      this.computed[to] = sequence.computed - (composed - this.number) - 1;
      this.samples[to] = 1;
      this.kinds[to] = RUNNING_ROW;
      this.newBlocks[to] = 0;
      to--;
    }
  }

  has(sequence: Sequence): boolean {
    const row = this.sequences.indexOf(sequence);
    return row >= 0 && row < this.rows;
  }

  /** Takes the row of a sequence out again, if it has one; later rows move up. Returns its tokens. */
  remove(sequence: Sequence): Tokens {
    const row = this.sequences.indexOf(sequence);
    if (row < 0 || row >= this.rows) return 0;
    const tokens = this.tokens[row] ?? 0;
    if (this.kinds[row] !== RUNNING_ROW) this.admitted--;
    const { drafts, computed, samples, kinds, newBlocks } = this;
    for (const column of [this.tokens, drafts, computed, samples, kinds, newBlocks]) column.splice(row, 1);
    this.sequences.splice(row, 1);
    this.rows--;
    this.prefills.delete(sequence);
    this.totalTokens -= tokens;
    this.reshape();
    return tokens;
  }

  private move(from: number, to: number): void {
    const sequence = this.sequences[from];
    if (sequence !== undefined) this.sequences[to] = sequence;
    for (const column of [this.tokens, this.drafts, this.computed, this.samples, this.kinds, this.newBlocks])
      column[to] = column[from] ?? 0;
  }

  /** Sums the rows anew. */
  private reshape(): void {
    this.shape.clear();
    for (let row = 0; row < this.rows; row++)
      this.shape.add(
        this.tokens[row] ?? 0,
        this.drafts[row] ?? 0,
        this.computed[row] ?? 0,
        this.samples[row] === 1,
      );
  }
}
