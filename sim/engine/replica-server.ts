import { invariant } from '../../base/invariant.ts';
import type { Run } from '../../base/prompt-tree.ts';
import { blockKey } from '../../base/prompt-tree.ts';
import type { Blocks, Ticks } from '../../base/units.ts';
import { DelayLine } from '../events/delay-line.ts';
import type { StepGrowth, StepTimer } from '../latency/step-time-model.ts';
import { BlockPool, type CacheListener } from './block-pool.ts';
import { EngineCore } from './engine-core.ts';
import type { EngineConfig } from './engine-config.ts';
import { GaugeJournal } from './gauge-journal.ts';
import { blocksFor, endOfStep, firstStepEndingAt } from './leap.ts';
import type {
  EngineRequest,
  FinishReason,
  Gauges,
  KvEvent,
  ModelServer,
  Refusal,
  ServerInterval,
  ServerListener,
} from './model-server.ts';
import { Pass } from './pass.ts';
import { RowShape } from './row-shape.ts';
import { Sequence } from './sequence.ts';

/** How long gauges of the past can be read, in seconds. */
const GAUGE_HISTORY_SECONDS = 60;

/** A first or last token on the output path. */
interface LeavingToken {
  readonly sequence: Sequence;
  readonly madeAt: Ticks;
  readonly first: boolean;
  readonly end: FinishReason | undefined;
}

/** One vLLM replica on the run's clock: the core, the passes in flight, and leaps over steps in which nothing happens. */
export class ReplicaServer implements ModelServer {
  private readonly config: EngineConfig;
  private readonly timer: StepTimer;
  private readonly listener: ServerListener;
  private readonly pool: BlockPool;
  private readonly core: EngineCore;
  private readonly journal: GaugeJournal;
  private readonly sequences = new Map<EngineRequest, Sequence>();
  private readonly shape: RowShape;
  private readonly growth: StepGrowth = { growth: 0, steps: 0 };
  private readonly slackCounts: Int32Array;
  private readonly interval: ServerInterval;
  private readonly events: KvEvent[] = [];
  /** Ingest: one request after the other; output: every token takes the same time. */
  private readonly ingesting = new DelayLine<Sequence>();
  private readonly leaving = new DelayLine<LeavingToken>();
  private readonly ingestTicks: Ticks;
  private readonly ingestTicksPerToken: Ticks;
  private readonly outputTicks: Ticks;
  private ingestEnd: Ticks = 0;
  private readonly aborts: Sequence[] = [];

  /** The pass on the GPU and, with asynchronous scheduling, the one composed behind it. */
  private executing: Pass;
  private composed: Pass;
  private busy = false;
  private hasComposed = false;
  private start: Ticks = 0;
  private end: Ticks = Infinity;
  /** Steps that the leap from `start` on skips; 0 = no leap. Step k of it takes first + k * growth. */
  private leapSteps = 0;
  private leapGrowth: Ticks = 0;
  private accounted: Ticks = 0;
  private waitingAfterPass = 0;
  private usedAtStart: Blocks = 0;
  private served = 0;

  constructor(config: EngineConfig, timer: StepTimer, listener: ServerListener, ticksPerSecond: number) {
    this.config = config;
    this.timer = timer;
    this.listener = listener;
    this.pool = new BlockPool(
      config.numGpuBlocks - 1,
      listener.kvEvents === undefined ? undefined : this.cacheListener(),
    );
    this.core = new EngineCore(config, this.pool, {
      preempted: (sequence) => {
        this.served -= sequence.servedInput;
        sequence.servedInput = 0;
        listener.preempted(sequence.request, this.now);
      },
    });
    this.journal = new GaugeJournal(this.pool.blocks, GAUGE_HISTORY_SECONDS * ticksPerSecond);
    this.journal.record(0, 0, 0, 0);
    this.shape = new RowShape(config.slidingWindow);
    this.slackCounts = new Int32Array(config.blockSize);
    this.ingestTicks = Math.round(config.overhead.ingest * ticksPerSecond);
    this.ingestTicksPerToken = config.overhead.ingestPerToken * ticksPerSecond;
    this.outputTicks = Math.round(config.overhead.output * ticksPerSecond);
    this.executing = new Pass();
    this.composed = new Pass();
    this.interval = {
      from: 0,
      to: 0,
      steps: 0,
      running: 0,
      waiting: 0,
      usedBlocksAtStart: 0,
      usedBlocksAtEnd: 0,
      servedTokens: 0,
    };
  }

  private now: Ticks = 0;

  add(request: EngineRequest, now: Ticks): Refusal | undefined {
    const refusal = this.refusal(request);
    if (refusal !== undefined) return refusal;
    this.ingestEnd =
      Math.max(now, this.ingestEnd) +
      this.ingestTicks +
      Math.round(this.ingestTicksPerToken * request.prompt.length);
    const sequence = new Sequence(request, this.config.maxModelLen, this.ingestEnd);
    this.sequences.set(request, sequence);
    if (this.ingestEnd <= now) this.enqueue(sequence, now);
    else this.ingesting.push(this.ingestEnd, sequence);
    return undefined;
  }

  abort(request: EngineRequest, now: Ticks): void {
    const sequence = this.sequences.get(request);
    if (sequence === undefined || sequence.status === 'finished') return;
    this.aborts.push(sequence);
    if (this.busy) this.cutLeap(now);
    else this.applyAborts(now);
  }

  nextEvent(): Ticks {
    return Math.min(this.end, this.ingesting.peekTime(), this.leaving.peekTime());
  }

  advance(now: Ticks): void {
    this.now = now;
    while (this.leaving.peekTime() <= now) this.leave(now);
    while (this.ingesting.peekTime() <= now) {
      const sequence = this.ingesting.shift();
      if (sequence !== undefined && sequence.status !== 'finished') this.enqueue(sequence, now);
    }
    if (this.end <= now) this.boundary(now);
  }

  gaugesAt(time: Ticks, into: Gauges): void {
    this.journal.at(time, into);
  }

  check(): void {
    let bare = 0;
    for (const sequence of this.core.running) bare += sequence.blocks - sequence.cachedBlocks;
    this.pool.check(bare);
    for (const sequence of this.core.waiting) {
      invariant(sequence.blocks === 0 && sequence.status !== 'running', 'a waiting sequence holds no blocks');
    }
  }

  private refusal(request: EngineRequest): Refusal | undefined {
    const { maxModelLen, blockSize, maxNumQueuedReqs } = this.config;
    const input = request.prompt.length;
    if (input >= maxModelLen) return { reason: 'input too long' };
    const { maxOutputTokens = 0 } = request;
    if (input + maxOutputTokens > maxModelLen) return { reason: 'input and output too long' };
    const most = Math.min(
      maxModelLen,
      input + Math.min(request.outputTokens, request.maxOutputTokens ?? Infinity),
    );
    if (Math.ceil(most / blockSize) > this.pool.blocks) return { reason: 'never fits the KV cache' };
    if (maxNumQueuedReqs !== undefined && this.core.waiting.length >= maxNumQueuedReqs)
      return { reason: 'queue full' };
    return undefined;
  }

  /** A request joins the waiting queue: an idle engine composes a pass, a leap ends with the step under way. */
  private enqueue(sequence: Sequence, now: Ticks): void {
    this.core.add(sequence);
    if (this.busy) this.cutLeap(now);
    else this.end = now;
  }

  /** A step has ended, or an idle engine has work: take in its output, compose, begin the next. */
  private boundary(now: Ticks): void {
    if (this.busy) {
      this.materialise();
      this.account(now, this.leapSteps + 1);
      this.leapSteps = 0;
      this.applyAborts(now);
      this.processOutput(now);
    } else {
      this.account(now, 0);
    }
    this.beginStep(now);
    this.publish(now);
  }

  private beginStep(now: Ticks): void {
    const { core, config } = this;
    if (this.hasComposed) {
      const { executing } = this;
      this.executing = this.composed;
      this.composed = executing;
      this.hasComposed = false;
    } else {
      this.compose(this.executing);
    }
    if (this.executing.rows === 0) {
      this.busy = false;
      this.end = Infinity;
      this.waitingAfterPass = core.waiting.length;
      return;
    }
    this.busy = true;
    this.start = now;
    this.announceStarts(this.executing, now);
    if (config.asyncScheduling) {
      this.compose(this.composed);
      this.hasComposed = this.composed.rows > 0;
    }
    this.waitingAfterPass = core.waiting.length;
    this.leapGrowth = 0;
    this.leapSteps = this.stepsToSkip();
    this.end = endOfStep(now, this.executing.duration, this.leapGrowth, this.leapSteps);
  }

  private compose(pass: Pass): void {
    this.core.schedule(pass);
    if (pass.rows === 0) return;
    this.shape.fill(pass);
    pass.duration = this.timer.step(this.shape);
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence === undefined || sequence.servedInput === sequence.promptTokens) continue;
      const input = Math.min(sequence.computed, sequence.promptTokens);
      this.served += input - sequence.servedInput;
      sequence.servedInput = input;
    }
  }

  private announceStarts(pass: Pass, now: Ticks): void {
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence === undefined || sequence.started || sequence.status === 'finished') continue;
      sequence.started = true;
      this.listener.started(sequence.request, now, sequence.hitTokens, sequence.queuedAt);
    }
  }

  /**
   * Boundaries after `start` at which nothing would happen but that every running sequence gains a token: they need not be
   * visited. Growth of the steps is left in `leapGrowth`.
   */
  private stepsToSkip(): number {
    const { executing, composed, core, config } = this;
    if (!executing.steady || executing.rows !== core.running.length) return 0;
    if (config.asyncScheduling && (!this.hasComposed || !composed.steady || composed.rows !== executing.rows))
      return 0;
    if (
      core.waiting.length > 0 &&
      core.running.length < Math.min(config.maxNumSeqs, config.maxNumActiveSeqs ?? Infinity)
    ) {
      return 0;
    }
    let steps = Infinity;
    for (const sequence of core.running) {
      const left = sequence.limit - sequence.outputs;
      // A known limit shows when the pass behind the composed one is composed, an unknown end when its output is processed.
      const known = config.asyncScheduling ? left - 2 : left - 1;
      steps = Math.min(steps, known, sequence.stopsAt - sequence.outputs - 1);
    }
    if (steps <= 0) return 0;
    this.shape.fill(executing);
    this.timer.growth(this.shape, this.growth);
    steps = Math.min(steps, this.growth.steps - (config.asyncScheduling ? 2 : 1));
    if (steps <= 0) return 0;
    this.leapGrowth = this.growth.growth;
    return this.stepsWithinPool(steps);
  }

  /** At most `steps`, so that the blocks for one more token a sequence and boundary are free at each of them. */
  private stepsWithinPool(steps: number): number {
    const { slackCounts, pool, config } = this;
    slackCounts.fill(0);
    for (const { blocks, computed } of this.core.running) {
      const slack = blocks * config.blockSize - computed;
      slackCounts[slack] = (slackCounts[slack] ?? 0) + 1;
    }
    if (blocksFor(slackCounts, steps) <= pool.free) return steps;
    let low = 0;
    let high = steps;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (blocksFor(slackCounts, middle) <= pool.free) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The world has changed at `now`: the leap ends with the step that is under way. */
  private cutLeap(now: Ticks): void {
    if (this.leapSteps === 0) return;
    const { start, executing, leapGrowth } = this;
    this.leapSteps = firstStepEndingAt(start, executing.duration, leapGrowth, this.leapSteps, now);
    this.end = endOfStep(start, executing.duration, leapGrowth, this.leapSteps);
  }

  /** Makes up for the boundaries that were skipped: the passes in flight become those of the last step of the leap. */
  private materialise(): void {
    const steps = this.leapSteps;
    if (steps === 0) return;
    const { core, executing, leapGrowth, pool, config, start } = this;
    const lastEnd = endOfStep(start, executing.duration, leapGrowth, steps - 1);
    pool.take(blocksFor(this.slackCounts, steps));
    for (const sequence of core.running) {
      sequence.computed += steps;
      sequence.tokens += steps;
      sequence.outputs += steps;
      sequence.blocks = Math.ceil(sequence.computed / config.blockSize);
      sequence.lastToken = lastEnd;
      core.kv.cache(sequence, Math.min(sequence.computed, sequence.tokens));
    }
    this.start = lastEnd;
    this.served += steps * core.running.length;
    this.reportLeapGaps(steps);
    executing.duration += steps * leapGrowth;
    if (this.hasComposed) this.composed.duration += steps * leapGrowth;
  }

  private processOutput(now: Ticks): void {
    const { executing: pass, core, listener, start } = this;
    let together = 0;
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence === undefined) continue;
      const outcome = core.processRow(pass, row);
      if (outcome === 'nothing') continue;
      this.served++;
      if (sequence.outputs > 1) {
        if (sequence.lastToken === start) together++;
        else listener.gaps(1, now - sequence.lastToken, 0, 1);
      }
      sequence.lastToken = now;
      const end = outcome === 'token' ? undefined : outcome;
      if (end !== undefined) {
        core.finish(sequence);
        this.sequences.delete(sequence.request);
      }
      if (end !== undefined || sequence.outputs === 1) this.hand(sequence, now, end);
    }
    if (together > 0) listener.gaps(together, now - start, 0, 1);
  }

  /** A first or last token takes the output path. */
  private hand(sequence: Sequence, madeAt: Ticks, end: FinishReason | undefined): void {
    if (this.outputTicks === 0) this.tell(sequence, madeAt, madeAt, end);
    else
      this.leaving.push(madeAt + this.outputTicks, { sequence, madeAt, end, first: sequence.outputs === 1 });
  }

  private leave(now: Ticks): void {
    const token = this.leaving.shift();
    if (token === undefined) return;
    const { sequence, madeAt, first, end } = token;
    if (first) this.listener.firstToken(sequence.request, now, madeAt);
    if (end !== undefined) this.listener.ended(sequence.request, now, sequence.outputs, end);
  }

  private tell(sequence: Sequence, now: Ticks, madeAt: Ticks, end: FinishReason | undefined): void {
    if (sequence.outputs === 1) this.listener.firstToken(sequence.request, now, madeAt);
    if (end !== undefined) this.listener.ended(sequence.request, now, sequence.outputs, end);
  }

  /** Gaps of the steps that a leap skips; a sequence whose last token is older than the leap has a longer first gap. */
  private reportLeapGaps(steps: number): void {
    const { executing, leapGrowth, listener, start, core } = this;
    let late = 0;
    for (const { lastToken } of core.running) {
      if (lastToken === start) continue;
      late++;
      listener.gaps(1, start + executing.duration - lastToken, 0, 1);
    }
    const onTime = core.running.length - late;
    if (onTime > 0) listener.gaps(onTime, executing.duration, leapGrowth, steps);
    if (late > 0 && steps > 1) listener.gaps(late, executing.duration + leapGrowth, leapGrowth, steps - 1);
  }

  private applyAborts(now: Ticks): void {
    for (const sequence of this.aborts) {
      if (sequence.status === 'finished') continue;
      this.served -= sequence.servedInput + sequence.outputs;
      this.core.finish(sequence);
      this.sequences.delete(sequence.request);
      this.listener.ended(sequence.request, now, sequence.outputs, 'abort');
    }
    this.aborts.length = 0;
  }

  /** Tells what went on since the last time: `steps` steps, or idleness. */
  private account(now: Ticks, steps: number): void {
    if (now > this.accounted) {
      const { interval } = this;
      interval.from = this.accounted;
      interval.to = now;
      interval.steps = steps;
      interval.running = steps === 0 ? 0 : this.core.running.length;
      interval.waiting = this.waitingAfterPass;
      interval.usedBlocksAtStart = this.usedAtStart;
      interval.usedBlocksAtEnd = this.pool.blocks - this.pool.free;
      interval.servedTokens = this.served;
      this.served = 0;
      this.listener.interval(interval);
      this.accounted = now;
    }
  }

  /** The metrics page is refreshed once a step; cache events of the step leave with it. */
  private publish(now: Ticks): void {
    const { core, pool, journal } = this;
    this.usedAtStart = pool.blocks - pool.free;
    journal.record(now, core.running.length, core.waiting.length, pool.blocks - pool.free);
    if (this.leapSteps > 0)
      journal.recordLeap(this.executing.duration, this.leapGrowth, this.leapSteps, this.slackCounts);
    if (this.events.length > 0) {
      this.listener.kvEvents?.(this.events, now);
      this.events.length = 0;
    }
  }

  private cacheListener(): CacheListener {
    const { events } = this;
    return {
      stored: (run: Run, lo: Blocks, hi: Blocks) => {
        events.push({ type: 'stored', firstKey: blockKey(run, lo), count: hi - lo, parentKey: undefined });
      },
      removed: (run: Run, lo: Blocks, hi: Blocks) => {
        events.push({ type: 'removed', firstKey: blockKey(run, lo), count: hi - lo, parentKey: undefined });
      },
    };
  }
}
