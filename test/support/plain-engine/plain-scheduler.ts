import { invariant } from '../../../base/invariant.ts';
import { ablatedConfig } from './ablated-config.ts';
import type { Block } from './plain-block-pool.ts';
import { isConsumer, isProducer, passesInFlight, type PlainConfig } from './plain-config.ts';
import { PlainKvCache } from './plain-kv-cache.ts';
import { admitWaiting } from './admit-waiting.ts';
import { emptyPass, type PlainPass } from './plain-pass.ts';
import { knownTokens, plainRequest, type PlainArrival, type PlainRequest } from './plain-request.ts';
import { processOutput, type PlainOutput, type PlainUpdate } from './process-output.ts';
import { scheduleRunning } from './schedule-running.ts';
import { WaitingRoom } from './waiting-room.ts';

/**
 * vLLM V1's scheduler, one pass at a time, over plain objects: written to be read beside the rules, and to judge the
 * product's engine. The order of things is that of vLLM/v1/core/sched/scheduler.py.
 */
export class PlainScheduler {
  readonly config: PlainConfig;
  readonly cache: PlainKvCache;
  readonly waiting: WaitingRoom;
  /** In order of admission. */
  running: PlainRequest[] = [];
  /** Everything that is here, finished requests that hold blocks included. */
  readonly requests = new Map<string, PlainRequest>();
  /** Requests whose KV has arrived from another server. */
  readonly received = new Set<PlainRequest>();
  /** Requests under way to their first output: they still need blocks. */
  readonly unfinishedPrompts = new Set<PlainRequest>();
  finishedSinceLastPass: PlainRequest[] = [];
  private passes = 0;
  /** Passes with tokens: composed, and processed. */
  composed = 0;
  processed = 0;
  /** Blocks that an unprocessed pass still writes, and the pass that must be processed before they are free. */
  private readonly deferred: { readonly pass: number; readonly blocks: Block[] }[] = [];
  /** Passes with tokens since the last one with a prefill, itself included. */
  sincePrefill = Infinity;
  /** Whether the last pass that could admit left requests waiting. */
  leftWaiting = false;

  constructor(config: PlainConfig) {
    this.config = ablatedConfig(config);
    this.cache = new PlainKvCache(this.config);
    this.waiting = new WaitingRoom(this.config);
  }

  add(arrival: PlainArrival): PlainRequest {
    const request = plainRequest(arrival);
    this.requests.set(request.id, request);
    this.waiting.add(request);
    return request;
  }

  /** The client has gone. Does nothing for a request that has ended. */
  abort(id: string): void {
    const request = this.requests.get(id);
    if (request === undefined || request.status === 'finished') return;
    const transferring = request.status === 'loading' && !this.received.delete(request);
    this.leave(request);
    this.finish(request, 'abort', transferring);
  }

  /** Whether a pass is due: requests to serve, ends to tell the workers, or transfers to wait for. */
  hasWork(): boolean {
    if (this.running.length > 0 || this.waiting.size > 0) return true;
    if (this.finishedSinceLastPass.length > 0) return true;
    return this.config.connector !== undefined && this.requests.size > 0;
  }

  schedule(): PlainPass {
    const { config } = this;
    const pass = emptyPass(this.passes++);
    const tokens = Math.min(config.maxNumScheduledTokens, config.maxNumBatchedTokens);
    const limits = {
      budget: config.ablation === 'pass-budget' ? Infinity : tokens,
      threshold: this.threshold(),
      noPrefill: this.prefillsWait(),
    };
    if (config.ablation === 'waiting-after-running') admitWaiting(this, pass, limits);
    scheduleRunning(this, pass, limits);
    const admits = pass.preempted.length === 0 || config.ablation === 'admit-nobody-after-preemption';
    if (admits) admitWaiting(this, pass, limits);
    this.commit(pass);
    return pass;
  }

  update(pass: PlainPass, output: PlainOutput): PlainUpdate {
    return processOutput(this, pass, output);
  }

  /** Most tokens of one request in a pass. */
  private threshold(): number {
    const { longPrefillTokenThreshold, longPrefillTokenThresholdAdaptive, rules } = this.config;
    const requests = this.running.length + this.waiting.size;
    if (longPrefillTokenThreshold === 0) return Infinity;
    if (requests <= 1 && !rules.longPrefillThresholdWhenAlone) return Infinity;
    if (!longPrefillTokenThresholdAdaptive) return longPrefillTokenThreshold;
    return Math.max(longPrefillTokenThreshold, Math.floor(this.config.maxNumBatchedTokens / requests));
  }

  /** Whether this pass leaves prefills out (prefillScheduleInterval). */
  private prefillsWait(): boolean {
    if (this.config.prefillScheduleInterval <= 1 || this.leftWaiting) return false;
    if (this.sincePrefill >= this.config.prefillScheduleInterval) return false;
    return this.running.some((request) => !request.isChunk);
  }

  /** Counts the pass's tokens as computed: the next pass may be composed before this one has run. */
  private commit(pass: PlainPass): void {
    if (this.config.slidingWindow === undefined)
      pass.sharedTokens = this.cache.pool.shared * this.config.blockSize;
    pass.finished = this.finishedSinceLastPass;
    this.finishedSinceLastPass = [];
    if (pass.rows.size > 0) this.composed++;
    let prefill = false;
    for (const [request, row] of pass.rows) {
      request.computed += row.tokens;
      request.inFlight += row.tokens;
      request.lastPass = this.composed;
      request.isChunk = request.computed < knownTokens(request) + request.placeholders;
      row.isChunk = request.isChunk;
      prefill ||= row.prefill;
      if (!request.isChunk) this.unfinishedPrompts.delete(request);
    }
    if (pass.rows.size > 0) this.sincePrefill = prefill ? 1 : this.sincePrefill + 1;
    if (!this.config.asyncScheduling) return;
    for (const request of this.running) if (!pass.rows.has(request)) request.drafts = 0;
    for (const [request, row] of pass.rows) {
      if (row.isChunk) continue;
      request.placeholders += 1 + row.drafts;
      request.drafts = this.config.numSpeculativeTokens;
    }
  }

  /** Takes a running request's blocks away and puts it in front of the waiting ones. */
  preempt(request: PlainRequest, pass: PlainPass): void {
    this.freeBlocks(request);
    this.unfinishedPrompts.delete(request);
    request.status = 'preempted';
    request.computed = 0;
    request.drafts = 0;
    request.dropStale = this.dropsOutput() || (request.dropStale && request.stale > 0);
    request.stale = request.inFlight;
    request.placeholders = 0;
    request.preemptions++;
    this.waiting.addVictim(request);
    pass.preempted.push(request);
  }

  /** Takes a request out of the queue that it is in. */
  leave(request: PlainRequest): void {
    if (request.status === 'running') this.running = this.running.filter((other) => other !== request);
    else this.waiting.remove(request);
  }

  finish(request: PlainRequest, reason: 'stop' | 'length' | 'abort', keepBlocks: boolean): void {
    request.status = 'finished';
    request.finishReason = reason;
    this.unfinishedPrompts.delete(request);
    if (this.config.connector !== undefined)
      this.cache.dropSkipped(request, Math.max(0, request.computed - request.inFlight));
    this.finishedSinceLastPass.push(request);
    if (!keepBlocks) this.forget(request);
  }

  /** A finished request has nothing left here. */
  forget(request: PlainRequest): void {
    this.freeBlocks(request);
    this.requests.delete(request.id);
  }

  /** Whether a pass not yet processed writes blocks that would go back to the pool now. */
  stillWritten(request: PlainRequest): boolean {
    const overlapping = passesInFlight(this.config) > 1 && isConsumer(this.config);
    if (this.config.ablation === 'deferred-free') return false;
    return overlapping && request.lastPass > this.processed;
  }

  private freeBlocks(request: PlainRequest): void {
    if (!this.stillWritten(request)) this.cache.free(request);
    else if (request.held.length > 0)
      this.deferred.push({ pass: this.composed, blocks: this.cache.detach(request) });
  }

  /** Returns the blocks that waited for a pass to be processed. */
  releaseDeferred(): void {
    for (let next = this.deferred[0]; next !== undefined; next = this.deferred[0]) {
      if (next.pass > this.processed) return;
      this.deferred.shift();
      this.cache.release(next.blocks);
    }
  }

  private dropsOutput(): boolean {
    return isProducer(this.config) !== (this.config.ablation === 'stale-output');
  }

  /** Throws unless the laws of a replica hold. */
  check(): void {
    this.cache.pool.check();
    for (const request of this.running) invariant(request.status === 'running', 'the running list runs');
    for (const request of this.waiting.list())
      invariant(request.status !== 'running' && request.status !== 'finished', 'who waits does not run');
  }
}
