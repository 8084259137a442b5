import type { Blocks, Tokens } from '../../base/units.ts';
import { AdmissionLoop } from './admission-loop.ts';
import type { BlockPool } from './block-pool.ts';
import type { EngineConfig } from './engine-config.ts';
import type { DecodeGroup } from './decode-group.ts';
import { canGroup, groupDecodes } from './group-members.ts';
import type { KvCacheManager } from './kv-cache-manager.ts';
import type { EngineRequest } from './model-server.ts';
import { PrefillInterval } from './prefill-interval.ts';
import type { RequestQueue } from './request-queue.ts';
import { scheduleRunning } from './running-loop.ts';
import type { SchedulingPass } from './scheduling-pass.ts';
import { checkScheduler } from './scheduler-laws.ts';
import { type CoreListener, SchedulerState } from './scheduler-state.ts';
import type { Sequence } from './sequence.ts';

/**
 * vLLM's V1 scheduler (vllm/v1/core/sched/scheduler.py and async_scheduler.py), pass by pass and without time: `schedule`
 * composes a pass, `processRow` takes in what the model made of each of its rows. With asynchronous scheduling the next
 * pass is composed before the output of this one is known. Call order for the output of a pass: `beginUpdate`,
 * `processRow` for every row, then `received` and `sent` for transfers that have ended.
 */
export class EngineCore {
  /** Sequences in order of admission. */
  readonly running: readonly Sequence[];
  /** Those of them that are not in the decode group. */
  readonly attended: readonly Sequence[];
  readonly group: DecodeGroup;
  readonly waiting: RequestQueue;
  /** Sequences that go before `waiting`: they wait for KV, or were skipped by a version that keeps those apart. */
  readonly blocked: RequestQueue;
  readonly kv: KvCacheManager;
  readonly maxRunning: number;
  private readonly config: EngineConfig;
  private readonly state: SchedulerState;
  private readonly admission: AdmissionLoop;
  private readonly prefills: PrefillInterval;

  /** `groups`: sequences that do nothing but decode are not looked at in each pass, and have no rows of their own there. */
  constructor(config: EngineConfig, pool: BlockPool, listener: CoreListener, groups = false) {
    this.config = config;
    this.prefills = new PrefillInterval(config.prefillScheduleInterval);
    this.state = new SchedulerState(config, pool, listener, groups && canGroup(config));
    this.admission = new AdmissionLoop(this.state);
    const { running, attended, group, waiting, blocked, kv } = this.state;
    this.running = running;
    this.attended = attended;
    this.group = group;
    this.waiting = waiting;
    this.blocked = blocked;
    this.kv = kv;
    this.maxRunning = Math.min(config.maxNumSeqs, config.maxNumActiveSeqs ?? Infinity);
  }

  /** Everything that waits, whatever for. */
  *waitingInOrder(): Generator<Sequence> {
    yield* this.blocked;
    yield* this.waiting;
  }

  /** Requests that wait, whatever for. */
  get waitingCount(): number {
    return this.waiting.length + this.blocked.length;
  }

  /** Whether another pass has something to do: requests, ended ones to tell workers of, or transfers to wait for. */
  hasWork(): boolean {
    const { finishedCount, transferring } = this.state;
    return this.running.length > 0 || this.waitingCount > 0 || finishedCount > 0 || transferring.size > 0;
  }

  add(sequence: Sequence): void {
    this.waiting.push(sequence);
  }

  /** Composes the next pass; it may have no rows. */
  schedule(pass: SchedulingPass): void {
    pass.clear();
    const { state, config } = this;
    pass.number = state.composedPasses + 1;
    if (state.finishedCount > 0) state.tellFinished(pass);
    const threshold = this.longPrefillThreshold();
    const deferPrefills = this.prefills.defers(this.running);
    if (state.attended !== state.running) groupDecodes(state, pass);
    const left = scheduleRunning(state, pass, threshold, deferPrefills);
    if (pass.preempted.length === 0 && this.waitingCount > 0)
      this.admission.run(pass, left, threshold, deferPrefills);
    if (!pass.isEmpty) state.composedPasses++;
    state.group.composed = state.composedPasses;
    if (config.prefillScheduleInterval > 1) this.prefills.count(pass, deferPrefills, this.waitingCount);
    pass.shape.sharedContext = state.kv.sharedTokens;
    if (config.maxLoras !== undefined) pass.shape.adapters = this.admission.adaptersOf(pass);
    if (config.numSpeculativeTokens > 0 && config.asyncScheduling) this.dropPlaceholderDrafts(pass);
    if (state.tracksPrefills) this.trackRows(pass);
    const { admitted, preempted, shape } = pass;
    const rows = pass.rows + pass.grouped;
    pass.steady =
      rows > 0 &&
      rows === this.running.length &&
      rows === shape.decodeTokens &&
      admitted === 0 &&
      preempted.length === 0 &&
      config.numSpeculativeTokens === 0;
  }

  /** The output of a pass has arrived. */
  beginUpdate(pass: SchedulingPass): void {
    const { state } = this;
    if (pass.isEmpty) return;
    const { group } = state;
    if (group.firstLeaves <= pass.number) state.attendAll(group.leaving(pass.number));
    state.passProcessed();
    group.processed = state.processedPasses;
  }

  /**
   * Takes in the `sampled` tokens that a row of a pass yielded; what its drafts exceed them by was rejected. Returns the
   * output tokens that the sequence gained: fewer when it stops, which its status and finishReason then say.
   */
  processRow(pass: SchedulingPass, row: number, sampled: Tokens): Tokens {
    const sequence = pass.sequences[row];
    if (sequence === undefined) return 0;
    const scheduled = pass.tokens[row] ?? 0;
    sequence.inFlight -= scheduled;
    const isStale = sequence.stale > 0;
    if (isStale) sequence.stale -= scheduled;
    if (sequence.status === 'finished' || sampled === 0 || (isStale && sequence.dropStale)) return 0;
    const drafts = pass.drafts[row] ?? 0;
    if (drafts > 0 && !isStale) {
      const rejected = drafts - (sampled - 1);
      if (sequence.computed > 0) sequence.computed -= rejected;
      if (sequence.placeholders > 0) sequence.placeholders -= rejected;
    }
    const before = sequence.outputs;
    const end = sequence.stopsAt < sequence.limit ? sequence.stopsAt : sequence.limit;
    const gained = sampled === 1 || before + 1 >= end ? 1 : Math.min(sampled, end - before);
    sequence.outputs = before + gained;
    sequence.tokens += gained;
    const { asyncScheduling, rules } = this.config;
    if (asyncScheduling && !isStale) sequence.placeholders -= gained;
    if (sequence.status === 'running' && (asyncScheduling || rules.acceptedDraftsFindable === 'output')) {
      const known = sequence.computed - sequence.placeholders;
      if (known >= sequence.cacheAt) this.kv.cache(sequence, Math.min(known, sequence.tokens - 1));
    }
    if (sequence.outputs >= end)
      this.stop(sequence, sequence.outputs === sequence.stopsAt ? 'stop' : 'length');
    return gained;
  }

  /** The sequence of a request that runs or waits here. */
  find(request: EngineRequest): Sequence | undefined {
    for (const queue of [this.running, this.waiting, this.blocked]) {
      for (const sequence of queue) if (sequence.request === request) return sequence;
    }
    return undefined;
  }

  /** Ends a sequence from outside. Does nothing when it has ended. */
  abort(sequence: Sequence): void {
    const { state } = this;
    const { status } = sequence;
    if (status === 'finished') return;
    if (status === 'running') state.leaveRunning(sequence);
    else if (!state.waiting.remove(sequence)) state.blocked.remove(sequence);
    sequence.status = 'finished';
    sequence.finishReason = 'abort';
    state.prefilling.delete(sequence);
    state.finished[state.finishedCount++] = sequence;
    if (status === 'loading' && !sequence.received) state.transferring.add(sequence);
    else state.freeBlocks(sequence);
  }

  /** The KV that a sequence waits for has arrived. */
  received(sequence: Sequence): void {
    if (this.state.transferring.delete(sequence)) this.state.freeBlocks(sequence);
    else sequence.received = true;
  }

  /** Another server has fetched the KV of a sequence that has ended. */
  sent(sequence: Sequence): void {
    if (this.state.transferring.delete(sequence)) this.state.freeBlocks(sequence);
  }

  /** Drafts that a sequence brings to its next row (synchronous scheduling; asynchronous takes as many as there can be). */
  propose(sequence: Sequence, drafts: Tokens): void {
    if (sequence.status !== 'finished') sequence.drafts = sequence.isChunk ? 0 : drafts;
  }

  /**
   * Whether no pass can admit anybody while running sequences do nothing but gain tokens: nobody waits, or all slots are
   * taken, or the first that waits lacks blocks. Without a window those only become fewer; what is cached of its text,
   * too, unless it goes on from the answer of one that runs.
   */
  admitsNobody(): boolean {
    if (this.waitingCount === 0 || this.running.length >= this.maxRunning) return true;
    const { blockedBy } = this.admission;
    if (this.kv.windows !== undefined || this.state.tracksPrefills) return false;
    if (this.config.prefillScheduleInterval > 1) return false;
    if (blockedBy === undefined) return true;
    for (const other of this.attended) if (blockedBy.goesOnFrom(other)) return false;
    return true;
  }

  /**
   * Goes `steps` passes ahead in which every running sequence gained a token and nothing else happened; they took
   * `blocks` blocks per group of layers together.
   */
  leap(steps: number, blocks: Blocks): void {
    const { kv } = this;
    const inFlight = this.config.asyncScheduling ? 2 : 1;
    if (kv.windows !== undefined) {
      this.leapInWindow(steps, inFlight - 1);
    } else {
      kv.pool.take(blocks);
      for (const sequence of this.attended) {
        sequence.computed += steps;
        sequence.tokens += steps;
        sequence.outputs += steps;
        kv.catchUp(sequence, sequence.tokens);
      }
    }
    for (const sequence of this.attended) sequence.inFlight = inFlight;
    this.group.leap(steps);
    this.state.composedPasses += steps;
    this.state.processedPasses += steps;
    this.prefills.leap(steps);
  }

  /** Throws unless every law of the scheduler holds. */
  check(): void {
    for (const sequence of this.group.members) this.group.settle(sequence);
    this.group.check();
    checkScheduler(this.state, this.maxRunning);
  }

  private stop(sequence: Sequence, reason: 'stop' | 'length'): void {
    const { state } = this;
    if (sequence.status === 'running') state.leaveRunning(sequence);
    else if (!state.waiting.remove(sequence)) state.blocked.remove(sequence);
    sequence.status = 'finished';
    sequence.finishReason = reason;
    state.prefilling.delete(sequence);
    state.finished[state.finishedCount++] = sequence;
    if (sequence.request.sendsKv === true) state.transferring.add(sequence);
    else state.freeBlocks(sequence);
  }

  /** The same where blocks also leave windows: which blocks are evicted depends on the order of all this. */
  private leapInWindow(steps: number, inFlight: Tokens): void {
    for (let step = 0; step < steps; step++) {
      for (const sequence of this.running) {
        sequence.tokens++;
        sequence.outputs++;
        sequence.inFlight = inFlight;
        this.kv.grow(sequence, 1);
        sequence.computed++;
      }
    }
  }

  /** Notes which passes write whose blocks, and whose text is known to be computed. */
  private trackRows(pass: SchedulingPass): void {
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence === undefined) break;
      sequence.lastPass = pass.number;
      if (!sequence.isChunk) this.state.prefilling.delete(sequence);
    }
  }

  /** Draft tokens that were to be filled in on the GPU hold for the pass right behind only. */
  private dropPlaceholderDrafts(pass: SchedulingPass): void {
    for (const sequence of this.running) {
      if (sequence.drafts > 0 && !pass.has(sequence)) sequence.drafts = 0;
    }
  }

  private longPrefillThreshold(): Tokens {
    const { longPrefillTokenThreshold, longPrefillTokenThresholdAdaptive, maxNumBatchedTokens, rules } =
      this.config;
    if (longPrefillTokenThreshold === 0) return Infinity;
    const present = this.running.length + this.waitingCount;
    if (present === 1 && !rules.longPrefillThresholdWhenAlone) return Infinity;
    return longPrefillTokenThresholdAdaptive
      ? Math.max(longPrefillTokenThreshold, Math.floor(maxNumBatchedTokens / present))
      : longPrefillTokenThreshold;
  }
}
