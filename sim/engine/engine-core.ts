import { invariant } from '../../base/invariant.ts';
import type { Tokens } from '../../base/units.ts';
import type { BlockPool } from './block-pool.ts';
import type { EngineConfig } from './engine-config.ts';
import { KvCacheManager } from './kv-cache-manager.ts';
import type { Pass } from './pass.ts';
import type { Sequence } from './sequence.ts';
import { WaitingQueue } from './waiting-queue.ts';

/** Hears of what a pass does to sequences. */
export interface CoreListener {
  preempted(sequence: Sequence): void;
}

/**
 * vLLM's V1 scheduler (vllm/v1/core/sched/scheduler.py), pass by pass and without time: `schedule` composes a pass,
 * `processOutput` takes in what the model made of it. With asynchronous scheduling the next pass is composed before the
 * output of this one is known.
 */
export class EngineCore {
  readonly running: Sequence[] = [];
  readonly waiting: WaitingQueue;
  readonly kv: KvCacheManager;
  private readonly config: EngineConfig;
  private readonly listener: CoreListener;
  /** Most sequences that run at a time. */
  readonly maxRunning: number;
  private readonly skipped: Sequence[] = [];
  /** Passes with rows since the last one that carried a prefill, that one included; and whether that one left some. */
  private passesSincePrefill = Infinity;
  private prefillsLeft = false;

  constructor(config: EngineConfig, pool: BlockPool, listener: CoreListener) {
    this.config = config;
    this.listener = listener;
    this.kv = new KvCacheManager(config, pool);
    this.waiting = new WaitingQueue(config.policy);
    this.maxRunning = Math.min(config.maxNumSeqs, config.maxNumActiveSeqs ?? Infinity);
  }

  add(sequence: Sequence): void {
    this.waiting.push(sequence);
  }

  /** Composes the next pass. A pass without rows means that nothing could be scheduled. */
  schedule(pass: Pass): void {
    pass.clear();
    const { config } = this;
    const threshold = this.longPrefillThreshold();
    const throttled = this.prefillsThrottled();
    const preempted = this.scheduleRunning(pass, threshold, config.maxNumScheduledTokens, throttled);
    if (!preempted && !throttled)
      this.admitWaiting(pass, threshold, config.maxNumScheduledTokens - pass.totalTokens);
    this.countPrefills(pass);
    let steady = !preempted && pass.rows === this.running.length && pass.rows > 0;
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      const tokens = pass.tokens[row] ?? 0;
      if (sequence === undefined) continue;
      sequence.computed += tokens;
      sequence.isChunk = sequence.computed < sequence.tokens + sequence.placeholders;
      if (!sequence.isChunk) {
        pass.samples[row] = 1;
        sequence.placeholders++;
      }
      if (tokens !== 1 || pass.samples[row] !== 1) steady = false;
    }
    pass.steady = steady;
  }

  /**
   * Takes in the token that a row of a pass yielded, if any. Returns how the sequence ended by it; the caller finishes it.
   * Rows of sequences that ended after the pass was composed were wasted.
   */
  processRow(pass: Pass, row: number): 'nothing' | 'token' | 'stop' | 'length' {
    const sequence = pass.sequences[row];
    if (sequence === undefined || sequence.status === 'finished' || pass.samples[row] !== 1) return 'nothing';
    sequence.outputs++;
    sequence.tokens++;
    if (sequence.placeholders > 0) sequence.placeholders--;
    if (sequence.status === 'running') this.kv.cache(sequence, sequence.computed - sequence.placeholders);
    if (sequence.outputs >= sequence.stopsAt && sequence.outputs <= sequence.limit) return 'stop';
    return sequence.outputs >= sequence.limit ? 'length' : 'token';
  }

  /** Removes a sequence that has ended and takes its blocks back. */
  finish(sequence: Sequence): void {
    if (sequence.status === 'running') {
      const position = this.running.indexOf(sequence);
      invariant(position >= 0, 'a running sequence is in the running list');
      this.running.splice(position, 1);
    } else {
      this.waiting.remove(sequence);
    }
    sequence.status = 'finished';
    this.kv.free(sequence);
  }

  private longPrefillThreshold(): Tokens {
    const { longPrefillTokenThreshold, longPrefillTokenThresholdAdaptive, maxNumBatchedTokens, rules } =
      this.config;
    const present = this.running.length + this.waiting.length;
    if (longPrefillTokenThreshold === 0) return Infinity;
    if (present === 1 && !rules.longPrefillThresholdWhenAlone) return Infinity;
    return longPrefillTokenThresholdAdaptive
      ? Math.max(longPrefillTokenThreshold, Math.floor(maxNumBatchedTokens / present))
      : longPrefillTokenThreshold;
  }

  /** Gives running sequences their tokens in order of admission; returns whether it had to preempt. */
  private scheduleRunning(pass: Pass, threshold: Tokens, budget: Tokens, throttled: boolean): boolean {
    const { running, config, kv } = this;
    let left = budget;
    let preempted = false;
    for (let position = 0; position < running.length && left > 0; position++) {
      const sequence = running[position];
      if (sequence === undefined) break;
      if (sequence.placeholders > 0 && sequence.outputs + sequence.placeholders >= sequence.limit) continue;
      if (throttled && sequence.isChunk) continue;
      const tokens = Math.min(
        sequence.tokens + sequence.placeholders - sequence.computed,
        threshold,
        left,
        config.maxModelLen - 1 - sequence.computed,
      );
      if (tokens <= 0) continue;
      let fits = kv.grow(sequence, tokens);
      while (!fits) {
        preempted = true;
        const victim = this.victim();
        left += pass.remove(victim);
        const removed = running.indexOf(victim);
        running.splice(removed, 1);
        if (removed <= position) position--;
        this.preempt(victim);
        if (victim === sequence) break;
        fits = kv.grow(sequence, tokens);
      }
      if (!fits) {
        if (config.policy === 'fcfs' || config.rules.ownVictim === 'end') break;
        continue;
      }
      kv.cache(sequence, Math.min(sequence.computed + tokens, sequence.tokens));
      pass.add(sequence, tokens);
      left -= tokens;
    }
    return preempted;
  }

  /**
   * With prefillScheduleInterval N a pass carries no prefill until N passes have gone by since the last one that did,
   * unless that one could not take all or nothing decodes.
   */
  private prefillsThrottled(): boolean {
    if (this.passesSincePrefill >= this.config.prefillScheduleInterval || this.prefillsLeft) return false;
    return this.running.some(({ isChunk }) => !isChunk);
  }

  private countPrefills(pass: Pass): void {
    if (this.config.prefillScheduleInterval <= 1 || pass.rows === 0) return;
    let carried = false;
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence !== undefined && sequence.isChunk) carried = true;
    }
    this.passesSincePrefill = carried ? 1 : this.passesSincePrefill + 1;
  }

  /** `steps` passes without a prefill have gone by in a leap. */
  skipPasses(steps: number): void {
    this.passesSincePrefill += steps;
  }

  private admitWaiting(pass: Pass, threshold: Tokens, budget: Tokens): void {
    const { waiting, running, config, kv, skipped } = this;
    let left = budget;
    while (waiting.length > 0 && left > 0 && running.length < this.maxRunning) {
      const sequence = waiting.peek();
      if (sequence === undefined) break;
      if (this.exceedsLoras(sequence, pass)) {
        waiting.shift();
        skipped.push(sequence);
        continue;
      }
      const hitTokens = kv.lookUp(sequence);
      let tokens = Math.min(sequence.tokens - hitTokens, threshold);
      if (!config.enableChunkedPrefill && tokens > left) break;
      tokens = Math.min(tokens, left);
      if (!kv.admit(sequence, tokens, running.length > 0)) break;
      waiting.shift();
      sequence.computed = hitTokens;
      sequence.hitTokens = hitTokens;
      sequence.isChunk = hitTokens < sequence.tokens - 1;
      sequence.status = 'running';
      running.push(sequence);
      kv.cache(sequence, Math.min(hitTokens + tokens, sequence.tokens));
      pass.add(sequence, tokens);
      left -= tokens;
    }
    for (let position = skipped.length - 1; position >= 0; position--) {
      const sequence = skipped[position];
      if (sequence !== undefined) waiting.prepend(sequence);
    }
    skipped.length = 0;
    this.prefillsLeft = waiting.length > 0;
  }

  private victim(): Sequence {
    const { running } = this;
    let victim = running[running.length - 1];
    invariant(victim !== undefined, 'something runs when blocks run out');
    if (this.config.policy === 'priority') {
      for (const sequence of running) {
        const { priority, index } = sequence.request;
        const worst = victim.request;
        if (priority > worst.priority || (priority === worst.priority && index > worst.index))
          victim = sequence;
      }
    }
    return victim;
  }

  private preempt(sequence: Sequence): void {
    this.listener.preempted(sequence);
    this.kv.free(sequence);
    sequence.computed = 0;
    sequence.placeholders = 0;
    sequence.status = 'preempted';
    this.waiting.prepend(sequence);
  }

  private exceedsLoras(sequence: Sequence, pass: Pass): boolean {
    const { maxLoras, rules } = this.config;
    const { lora } = sequence.request;
    if (maxLoras === undefined || lora === undefined) return false;
    const among = rules.lorasCounted === 'running' ? this.running : pass.sequences.slice(0, pass.rows);
    const adapters = new Set(among.map(({ request }) => request.lora).filter((name) => name !== undefined));
    return !adapters.has(lora) && adapters.size >= maxLoras;
  }
}
