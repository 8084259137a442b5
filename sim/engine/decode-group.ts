import { invariant } from '../../base/invariant.ts';
import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import type { KvCacheManager } from './kv-cache-manager.ts';
import type { SchedulingPass } from './scheduling-pass.ts';
import { NOT_GROUPED, type Sequence } from './sequence.ts';

/*
 * Running sequences that gain one token with every pass, which is all there is to say of them: a pass counts them and sums
 * up their contexts, and none of them is looked at until it leaves. What a member has computed, got and cached lags behind
 * by the passes since its fields were settled. Layout: parallel arrays in no particular order; a member knows its place.
 * Blocks: a member needs one every blockSize passes, so `needs` counts members by the pass number modulo blockSize.
 */
export class DecodeGroup {
  readonly members: Sequence[] = [];
  /** Number of the pass before whose output the first member must leave; Infinity when there is none. */
  firstLeaves = Infinity;
  /** Passes with rows that were composed and whose output was processed; the one that is being composed counts. */
  composed = 0;
  processed = 0;
  /** End of the last pass whose output was processed. */
  lastOutputAt: Ticks = 0;
  private processedAtCompose = 0;
  private readonly leaves: number[] = [];
  /** Ids of the runs that members write. */
  private readonly writes: number[] = [];
  private readonly needs: Int32Array;
  /** Sums over members of the tokens computed in composed passes, and of their squares. */
  private context: Tokens = 0;
  private squares = 0;
  private readonly kv: KvCacheManager;
  private readonly isAsync: boolean;
  /** The last pass that was composed, and the one before it. */
  private latest: SchedulingPass | undefined = undefined;
  private previous: SchedulingPass | undefined = undefined;

  constructor(kv: KvCacheManager, blockSize: Tokens, isAsync: boolean) {
    this.kv = kv;
    this.isAsync = isAsync;
    this.needs = new Int32Array(blockSize);
  }

  /** Blocks that members need for the next pass. */
  get nextBlocks(): Blocks {
    return this.needs[(this.composed + 1) % this.needs.length] ?? 0;
  }

  /** Counts members by the tokens that still fit in the blocks that they have. */
  countSlack(counts: Int32Array): void {
    const { needs } = this;
    let pass = (this.composed + 1) % needs.length;
    for (let slack = 0; slack < needs.length; slack++) {
      counts[slack] = needs[pass] ?? 0;
      if (++pass === needs.length) pass = 0;
    }
  }

  /** A pass is about to be composed. */
  begin(pass: SchedulingPass): void {
    if (this.latest === pass) return;
    this.previous = this.latest;
    this.latest = pass;
  }

  /**
   * Takes in a sequence that is to get its next token in the pass that is about to be composed, as it got one in the pass
   * before. False when its end is too near.
   */
  join(sequence: Sequence): boolean {
    const ahead = sequence.outputs + (this.isAsync ? sequence.placeholders : 0);
    // With a limit that is known in advance the pass behind the one that reaches it has no row.
    const known = sequence.limit - (this.isAsync ? 1 : 0);
    const leaves = this.composed + (sequence.stopsAt < known ? sequence.stopsAt : known) - ahead;
    if (leaves <= this.composed) return false;
    sequence.place = this.members.length;
    sequence.composedBase = this.composed;
    sequence.processedBase = this.composed;
    this.members.push(sequence);
    this.leaves.push(leaves);
    this.writes.push(sequence.runs[sequence.runs.length - 1]?.id ?? -1);
    if (leaves < this.firstLeaves) this.firstLeaves = leaves;
    this.count(sequence, 1);
    return true;
  }

  /** Gives members their rows in the pass that is being composed, and the blocks that they need. */
  compose(pass: SchedulingPass): void {
    this.processedAtCompose = this.processed;
    const rows = this.members.length;
    if (rows === 0) return;
    this.composed++;
    const blocks = this.needs[this.composed % this.needs.length] ?? 0;
    if (blocks > 0) this.kv.pool.take(blocks);
    pass.grouped = rows;
    pass.totalTokens += rows;
    pass.shape.addDecodes(rows, this.context, this.squares);
    this.advance(1);
  }

  /** Goes `steps` passes ahead, for which the blocks are already taken. */
  leap(steps: number): void {
    this.composed += steps;
    this.processed += steps;
    this.processedAtCompose += steps;
    this.advance(steps);
  }

  /** Members that must leave before the output of pass `number` is processed, in order of admission. */
  leaving(number: number): readonly Sequence[] {
    const { members, leaves } = this;
    let gone: Sequence[] | undefined;
    for (let place = 0; place < members.length; place++) {
      const member = members[place];
      if (member === undefined || (leaves[place] ?? 0) > number) continue;
      // Mostly it is one: a list that grows from nothing has room for many.
      if (gone === undefined) gone = [member];
      else gone.push(member);
    }
    return gone?.sort((a, b) => a.rank - b.rank) ?? [];
  }

  /** Whether a member writes blocks of a run. */
  writesRun(id: number): boolean {
    return this.writes.includes(id);
  }

  /** Members that write blocks of a run. */
  writersOf(id: number): Sequence[] {
    return this.members.filter((_, place) => this.writes[place] === id);
  }

  /** Settles the members that write blocks of one of these runs. */
  settleWritersOf(runs: readonly Run[]): void {
    for (const { id } of runs) {
      if (this.writesRun(id)) for (const member of this.writersOf(id)) this.settle(member);
    }
  }

  /** Lets members go, in order of admission: in passes under way they get rows of their own. */
  release(sequences: readonly Sequence[]): void {
    for (const sequence of sequences) this.settle(sequence);
    this.latest?.takeIn(sequences, this.composed, this.processed);
    this.previous?.takeIn(sequences, this.composed, this.processed);
    for (const sequence of sequences) this.remove(sequence);
    this.firstLeaves = Infinity;
    for (const pass of this.leaves) if (pass < this.firstLeaves) this.firstLeaves = pass;
  }

  /** Brings what a member has computed, got and cached up to date. */
  settle(sequence: Sequence): void {
    const composed = this.composed - sequence.composedBase;
    const processed = Math.max(0, this.processed - sequence.processedBase);
    sequence.computed += composed;
    sequence.tokens += processed;
    sequence.outputs += processed;
    sequence.inFlight += composed - processed;
    if (this.isAsync) sequence.placeholders += composed - processed;
    if (processed > 0) sequence.lastToken = this.lastOutputAt;
    sequence.sampledIn = this.composed;
    sequence.composedBase += composed;
    sequence.processedBase += processed;
    // What an output has made known becomes findable with the next pass.
    this.kv.catchUp(sequence, sequence.tokens - (this.processed - this.processedAtCompose));
  }

  /** Throws unless the sums are those of the members, all of which are settled. */
  check(): void {
    const needs = new Int32Array(this.needs.length);
    let context = 0;
    let squares = 0;
    let firstLeaves = Infinity;
    for (const [place, member] of this.members.entries()) {
      const { computed, slots, status } = member;
      invariant(member.place === place && status === 'running', 'a member runs and knows its place', {
        place,
      });
      context += computed;
      squares += computed * computed;
      firstLeaves = Math.min(firstLeaves, this.leaves[place] ?? Infinity);
      const next = (this.composed + 1 + slots - computed) % needs.length;
      needs[next] = (needs[next] ?? 0) + 1;
    }
    const sums = { context, squares, firstLeaves };
    invariant(context === this.context && squares === this.squares, 'a group sums up its contexts', sums);
    invariant(firstLeaves === this.firstLeaves, 'a group knows who leaves first', sums);
    invariant(
      needs.every((members, pass) => members === this.needs[pass]),
      'a group counts the blocks that its members need',
    );
  }

  private remove(sequence: Sequence): void {
    this.count(sequence, -1);
    const { place } = sequence;
    const last = this.members.pop();
    const lastLeaves = this.leaves.pop();
    const lastWrites = this.writes.pop();
    if (last !== undefined && last !== sequence && lastLeaves !== undefined && lastWrites !== undefined) {
      this.members[place] = last;
      this.leaves[place] = lastLeaves;
      this.writes[place] = lastWrites;
      last.place = place;
    }
    sequence.place = NOT_GROUPED;
  }

  /** Counts a settled sequence in, or out again. */
  private count({ computed, slots }: Sequence, sign: 1 | -1): void {
    this.context += sign * computed;
    this.squares += sign * computed * computed;
    const next = (this.composed + 1 + slots - computed) % this.needs.length;
    this.needs[next] = (this.needs[next] ?? 0) + sign;
  }

  private advance(steps: number): void {
    const rows = this.members.length;
    this.squares += steps * (2 * this.context + steps * rows);
    this.context += steps * rows;
  }
}
