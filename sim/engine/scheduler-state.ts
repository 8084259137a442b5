import { invariant } from '../../base/invariant.ts';
import type { Blocks, Tokens } from '../../base/units.ts';
import type { BlockPool } from './block-pool.ts';
import type { BlockTable } from './block-table.ts';
import { DecodeGroup } from './decode-group.ts';
import type { EngineConfig } from './engine-config.ts';
import { KvCacheManager } from './kv-cache-manager.ts';
import { putIn, takeOut } from './ordered-list.ts';
import { RequestQueue, servedBefore } from './request-queue.ts';
import type { SchedulingPass } from './scheduling-pass.ts';
import { NOT_GROUPED, type Sequence } from './sequence.ts';

/** Hears of what a pass does to sequences. */
export interface CoreListener {
  preempted(sequence: Sequence): void;
}

/** What the loops of a scheduling pass work on: queues, blocks, and which of them passes in flight still write. */
export class SchedulerState {
  readonly config: EngineConfig;
  readonly kv: KvCacheManager;
  /** In order of admission. */
  readonly running: Sequence[] = [];
  /** Those of them that are looked at in every pass, in the same order; the others are in the decode group. */
  readonly attended: Sequence[];
  readonly group: DecodeGroup;
  readonly waiting: RequestQueue;
  /** Goes before `waiting`: sequences whose blocks wait for KV; under `own-queue` all that were skipped. */
  readonly blocked: RequestQueue;
  /** Sequences that have blocks for a part of their known text only, or wait for its KV. */
  readonly prefilling = new Set<Sequence>();
  /** Ended since the last pass: workers learn of it with the next one. */
  readonly finished: Sequence[] = [];
  finishedCount = 0;
  /** Ended, but their blocks are still read or written by a transfer. */
  readonly transferring = new Set<Sequence>();
  /** Whether blocks may be overwritten from outside while a pass still writes them: then they come free late. */
  readonly defersFrees: boolean;
  /** Output in flight of a preempted sequence is recomputed instead of delivered. */
  readonly dropsStaleOutput: boolean;
  /** Whether loads of KV are admitted only beside what prompts in progress still need. */
  readonly tracksPrefills: boolean;
  /** Passes with rows composed and processed. */
  composedPasses = 0;
  processedPasses = 0;
  private readonly deferred: { fence: number; table: BlockTable }[] = [];
  private readonly listener: CoreListener;
  private admissions = 0;

  /** `groups`: sequences may go on in the decode group. */
  constructor(config: EngineConfig, pool: BlockPool, listener: CoreListener, groups: boolean) {
    this.config = config;
    this.kv = new KvCacheManager(config, pool);
    this.attended = groups ? [] : this.running;
    this.group = new DecodeGroup(this.kv, config.blockSize, config.asyncScheduling);
    this.waiting = new RequestQueue(config.policy);
    this.blocked = new RequestQueue(config.policy);
    this.listener = listener;
    const { kvRole, asyncScheduling } = config;
    this.defersFrees = asyncScheduling && (kvRole === 'kv_consumer' || kvRole === 'kv_both');
    this.tracksPrefills = kvRole !== undefined;
    this.dropsStaleOutput = kvRole === 'kv_producer' || kvRole === 'kv_both';
  }

  /** Where the next sequence to admit stands: what is blocked goes first; what was only skipped, under `priority`, by order. */
  nextQueue(): RequestQueue {
    const { blocked, waiting } = this;
    const first = blocked.peek();
    if (first === undefined) return waiting;
    if (this.config.policy === 'fcfs' || this.config.rules.skippedWait === 'front') return blocked;
    const other = waiting.peek();
    return other !== undefined && servedBefore(other, first) ? waiting : blocked;
  }

  /** A pass carries the news of sequences that have ended. */
  tellFinished(pass: SchedulingPass): void {
    const { finished, finishedCount } = this;
    for (let index = 0; index < finishedCount; index++) {
      const sequence = finished[index];
      if (sequence !== undefined) pass.finished[index] = sequence;
    }
    pass.finishedCount = finishedCount;
    this.finishedCount = 0;
  }

  /** Puts a sequence at the end of the running list. */
  enterRunning(sequence: Sequence): void {
    sequence.rank = ++this.admissions;
    this.running.push(sequence);
    if (this.attended !== this.running) this.attended.push(sequence);
  }

  /** Takes a sequence out of the running list. */
  leaveRunning(sequence: Sequence): void {
    this.attend(sequence);
    takeOut(this.running, sequence);
    if (this.attended !== this.running) takeOut(this.attended, sequence);
  }

  /** Sees to it that a sequence is not in the decode group. */
  attend(sequence: Sequence): void {
    if (sequence.place !== NOT_GROUPED) this.attendAll([sequence]);
  }

  /** Lets members of the decode group, in order of admission, leave it. */
  attendAll(sequences: readonly Sequence[]): void {
    const { attended } = this;
    this.group.release(sequences);
    for (const sequence of sequences) {
      let position = attended.length;
      while (position > 0 && (attended[position - 1]?.rank ?? 0) > sequence.rank) position--;
      putIn(attended, position, sequence);
    }
  }

  /** Whether a pass in flight still writes a sequence's blocks. */
  isBeingWritten(sequence: Sequence): boolean {
    return this.defersFrees && sequence.lastPass > this.processedPasses;
  }

  /** The sequence that gives way when blocks run out. */
  victim(): Sequence {
    const { running } = this;
    let victim = running[running.length - 1];
    invariant(victim !== undefined, 'something runs when blocks run out');
    if (this.config.policy === 'priority') {
      for (const sequence of running) if (servedBefore(victim, sequence)) victim = sequence;
    }
    return victim;
  }

  /**
   * Gives a sequence a row in a pass, and counts what it will have computed as computed
   * (Scheduler._update_after_schedule).
   */
  giveRow(
    pass: SchedulingPass,
    sequence: Sequence,
    tokens: Tokens,
    drafts: Tokens,
    kind: number,
    newBlocks: Blocks,
  ): void {
    const row = pass.add(sequence, tokens, drafts, kind, newBlocks);
    const before = sequence.computed;
    const computed = before + tokens;
    const isChunk = computed < sequence.tokens + sequence.placeholders;
    sequence.computed = computed;
    sequence.inFlight += tokens;
    sequence.isChunk = isChunk;
    pass.shape.add(tokens, drafts, before, !isChunk);
    if (isChunk) return;
    pass.samples[row] = 1;
    sequence.sampledIn = this.composedPasses + 1;
    if (this.config.asyncScheduling) {
      sequence.placeholders += 1 + drafts;
      sequence.drafts = this.config.numSpeculativeTokens;
    }
  }

  /** Takes the row that a victim has in a pass away again; returns its tokens. */
  takeRow(pass: SchedulingPass, victim: Sequence): Tokens {
    const tokens = pass.remove(victim);
    victim.inFlight -= tokens;
    return tokens;
  }

  /** Takes a running sequence's blocks and puts it back in front; the caller takes it from the running list. */
  preempt(sequence: Sequence): void {
    this.listener.preempted(sequence);
    this.freeBlocks(sequence);
    this.prefilling.delete(sequence);
    sequence.status = 'preempted';
    sequence.computed = 0;
    sequence.drafts = 0;
    sequence.dropStale = this.dropsStaleOutput || (sequence.dropStale && sequence.stale > 0);
    sequence.stale = sequence.inFlight;
    sequence.placeholders = 0;
    sequence.preemptions++;
    this.waiting.prepend(sequence);
  }

  /** Gives a sequence's blocks back: at once, or when no pass in flight writes them any more. */
  freeBlocks(sequence: Sequence): void {
    if (sequence.blocks === 0 || !this.isBeingWritten(sequence)) this.kv.free(sequence);
    else this.deferred.push({ fence: this.composedPasses, table: this.kv.detach(sequence) });
  }

  /** The output of a pass with rows has arrived: blocks that only it and earlier ones wrote come free. */
  passProcessed(): void {
    this.processedPasses++;
    while (this.deferred.length > 0) {
      const first = this.deferred[0];
      if (first === undefined || first.fence > this.processedPasses) return;
      this.deferred.shift();
      this.kv.giveBack(first.table);
    }
  }

  /** Blocks that sequences in the middle of their prompts still need. */
  reservedBlocks(): Blocks {
    let blocks = 0;
    for (const sequence of this.prefilling) blocks += this.kv.missingBlocks(sequence);
    return blocks;
  }

  /** Tables of sequences that have ended or were preempted, and of those whose KV is under way. */
  *detachedTables(): Generator<BlockTable> {
    for (const { table } of this.deferred) yield table;
    for (const { table } of this.transferring) yield table;
  }
}
