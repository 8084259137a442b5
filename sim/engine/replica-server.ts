import type { Ticks } from '../../base/units.ts';
import type { StepTimer } from '../latency/step-time-model.ts';
import { BlockPool } from './block-pool.ts';
import { CacheEventLog } from './cache-event-log.ts';
import type { EngineConfig } from './engine-config.ts';
import { EngineCore } from './engine-core.ts';
import { GaugeJournal } from './gauge-journal.ts';
import { IngestQueue } from './ingest-queue.ts';
import { blocksFor, endOfStep, Leap } from './leap.ts';
import type { EngineRequest, Gauges, ModelServer, Refusal, ServerListener } from './model-server.ts';
import { OutputPath } from './output-path.ts';
import { refusalOf } from './refusal.ts';
import { RowShape } from './row-shape.ts';
import { SchedulingPass } from './scheduling-pass.ts';
import { Sequence } from './sequence.ts';
import { ServerAccount } from './server-account.ts';

/** What a server needs besides its configuration. */
export interface ReplicaParts {
  readonly config: EngineConfig;
  readonly timer: StepTimer;
  readonly listener: ServerListener;
  readonly ticksPerSecond: number;
  /** How far back gauges will be asked for. */
  readonly gaugeHistory: Ticks;
}

/**
 * One vLLM replica on the run's clock: the core's passes (EngineCore.step_with_batch_queue in vllm/v1/engine/core.py), one
 * at a time or, with asynchronous scheduling, one on the GPU and one composed behind it; and leaps over the steps in which
 * nothing happens.
 */
export class ReplicaServer implements ModelServer {
  private readonly config: EngineConfig;
  private readonly timer: StepTimer;
  private readonly listener: ServerListener;
  private readonly pool: BlockPool;
  private readonly core: EngineCore;
  private readonly shape: RowShape;
  private readonly leap: Leap;
  private readonly journal: GaugeJournal;
  private readonly account: ServerAccount;
  private readonly ingest: IngestQueue;
  private readonly output: OutputPath;
  private readonly cacheEvents: CacheEventLog | undefined;
  private readonly sequences = new Map<EngineRequest, Sequence>();
  private readonly aborted: Sequence[] = [];
  private executing = new SchedulingPass();
  private composed = new SchedulingPass();
  private hasComposed = false;
  private busy = false;
  /** When the pass on the GPU, or the leap, ends; for an idle engine when it composes. */
  private boundaryAt: Ticks = Infinity;
  private now: Ticks = 0;

  constructor({ config, timer, listener, ticksPerSecond, gaugeHistory }: ReplicaParts) {
    this.config = config;
    this.timer = timer;
    this.listener = listener;
    this.cacheEvents = listener.kvEvents === undefined ? undefined : new CacheEventLog();
    this.pool = new BlockPool(config.numGpuBlocks - 1, this.cacheEvents);
    this.core = new EngineCore(config, this.pool, { preempted: (sequence) => this.preempted(sequence) });
    this.shape = new RowShape(config.slidingWindow);
    this.leap = new Leap(config, this.core, timer, this.shape);
    this.journal = new GaugeJournal(this.pool.blocks, config.blockSize, gaugeHistory);
    this.account = new ServerAccount(listener);
    this.ingest = new IngestQueue(config.overhead, ticksPerSecond);
    this.output = new OutputPath(config.overhead, ticksPerSecond, listener);
  }

  add(request: EngineRequest, now: Ticks): Refusal | undefined {
    const refusal = refusalOf(request, this.config, this.core.waitingCount);
    if (refusal !== undefined) return refusal;
    const queuedAt = this.ingest.through(request.prompt.length, now);
    const sequence = new Sequence(request, this.config.maxModelLen, queuedAt);
    this.sequences.set(request, sequence);
    if (queuedAt > now) this.ingest.push(sequence);
    else this.enqueue(sequence, now);
    return undefined;
  }

  /** Aborts take effect between the model's completion and the processing of its output. */
  abort(request: EngineRequest, now: Ticks): void {
    const sequence = this.sequences.get(request);
    if (sequence === undefined) return;
    this.now = now;
    this.aborted.push(sequence);
    if (this.busy) this.cutLeap(now);
    else this.dropAborted(now);
  }

  nextEvent(): Ticks {
    return Math.min(this.boundaryAt, this.ingest.peekTime(), this.output.peekTime());
  }

  advance(now: Ticks): void {
    this.now = now;
    while (this.output.peekTime() <= now) this.output.leave(now);
    while (this.ingest.peekTime() <= now) {
      const sequence = this.ingest.shift();
      if (sequence !== undefined && sequence.status !== 'finished') this.enqueue(sequence, now);
    }
    if (this.boundaryAt <= now) this.passBoundary(now);
  }

  gaugesAt(time: Ticks, into: Gauges): void {
    this.journal.at(time, into);
  }

  check(): void {
    this.core.check();
  }

  /** A request joins the waiting queue: an idle engine composes a pass, a leap ends with the step that is under way. */
  private enqueue(sequence: Sequence, now: Ticks): void {
    this.core.add(sequence);
    if (this.busy) this.cutLeap(now);
    else this.boundaryAt = now;
  }

  private cutLeap(now: Ticks): void {
    this.leap.cut(now);
    this.boundaryAt = this.leap.end();
  }

  /** A step has ended, or an idle engine has work: its output is processed, a pass composed, the next one started. */
  private passBoundary(now: Ticks): void {
    if (this.busy) {
      const { steps } = this.leap;
      if (steps > 0) this.land();
      this.closeInterval(now, steps + 1);
      this.dropAborted(now);
      this.processOutput(now);
    } else {
      this.closeInterval(now, 0);
    }
    this.startStep(now);
    this.publish(now);
  }

  private startStep(now: Ticks): void {
    if (this.hasComposed) {
      const { executing } = this;
      this.executing = this.composed;
      this.composed = executing;
      this.hasComposed = false;
    } else {
      // A pass that only preempted takes no time; what it made room for is in the next one.
      do this.compose(this.executing);
      while (this.executing.rows === 0 && this.executing.preempted.length > 0);
    }
    this.busy = this.executing.rows > 0;
    if (!this.busy) {
      this.boundaryAt = Infinity;
      return;
    }
    this.announceStarts(now);
    if (this.config.asyncScheduling) {
      this.compose(this.composed);
      this.hasComposed = this.composed.rows > 0;
    }
    this.leap.plan(now, this.executing, this.hasComposed ? this.composed : undefined);
    this.boundaryAt = this.leap.end();
  }

  private compose(pass: SchedulingPass): void {
    this.core.schedule(pass);
    if (pass.rows === 0) return;
    this.shape.fill(pass);
    pass.duration = this.timer.step(this.shape);
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence !== undefined) this.account.served += sequence.serveInput();
    }
  }

  private announceStarts(now: Ticks): void {
    const { executing } = this;
    for (let row = 0; row < executing.rows; row++) {
      const sequence = executing.sequences[row];
      if (sequence === undefined || sequence.started || sequence.status === 'finished') continue;
      sequence.started = true;
      this.listener.started(sequence.request, now, sequence.hitTokens, sequence.queuedAt);
    }
  }

  /** Makes up for the boundaries that a leap skipped: the passes in flight become those of its last step. */
  private land(): void {
    const { core, executing, leap } = this;
    const { steps, start, first, growth } = leap;
    const lastEnd = endOfStep(start, first, growth, steps - 1);
    core.leap(steps, blocksFor(leap.slackCounts, steps));
    let late = 0;
    for (const sequence of core.running) {
      if (sequence.lastToken !== start) {
        late++;
        this.listener.gaps(1, start + first - sequence.lastToken, 0, 1);
      }
      sequence.lastToken = lastEnd;
    }
    const { length } = core.running;
    this.account.served += steps * length;
    if (length > late) this.listener.gaps(length - late, first, growth, steps);
    if (late > 0 && steps > 1) this.listener.gaps(late, first + growth, growth, steps - 1);
    executing.advance(steps, growth);
    if (this.hasComposed) this.composed.advance(steps, growth);
  }

  private processOutput(now: Ticks): void {
    const { executing: pass, core, listener } = this;
    const start = now - pass.duration;
    let together = 0;
    core.beginUpdate(pass);
    for (let row = 0; row < pass.rows; row++) {
      const sequence = pass.sequences[row];
      if (sequence === undefined) continue;
      if (core.processRow(pass, row, pass.samples[row] ?? 0) === 0) continue;
      this.account.served++;
      if (sequence.outputs > 1) {
        if (sequence.lastToken === start) together++;
        else listener.gaps(1, now - sequence.lastToken, 0, 1);
      }
      sequence.lastToken = now;
      if (sequence.status === 'finished') {
        this.sequences.delete(sequence.request);
        this.output.take(sequence, now, sequence.finishReason);
      } else if (sequence.outputs === 1) {
        this.output.take(sequence, now, undefined);
      }
    }
    core.endUpdate();
    if (together > 0) listener.gaps(together, pass.duration, 0, 1);
  }

  private remove(sequence: Sequence): void {
    this.core.abort(sequence);
    this.sequences.delete(sequence.request);
  }

  private dropAborted(now: Ticks): void {
    if (this.aborted.length === 0) return;
    for (const sequence of this.aborted) {
      if (sequence.status === 'finished') continue;
      this.account.served -= sequence.servedInput + sequence.outputs;
      this.remove(sequence);
      this.listener.ended(sequence.request, now, sequence.outputs, 'abort');
    }
    this.aborted.length = 0;
  }

  private preempted(sequence: Sequence): void {
    this.account.served -= sequence.servedInput;
    sequence.servedInput = 0;
    this.listener.preempted(sequence.request, this.now);
  }

  private closeInterval(now: Ticks, steps: number): void {
    const { core, pool } = this;
    this.account.close(now, steps, steps === 0 ? 0 : core.running.length, pool.blocks - pool.free);
  }

  /** The metrics page is refreshed once a step; the cache events of the step leave with it. */
  private publish(now: Ticks): void {
    const { core, pool, journal, leap, cacheEvents } = this;
    const used = pool.blocks - pool.free;
    this.account.open(core.waitingCount, used);
    journal.record(now, core.running.length, core.waitingCount, used);
    if (this.busy && leap.steps > 0)
      journal.recordLeap(leap.first, leap.growth, leap.steps, leap.slackCounts);
    if (cacheEvents !== undefined && cacheEvents.events.length > 0) {
      this.listener.kvEvents?.(cacheEvents.events, now);
      cacheEvents.events.length = 0;
    }
  }
}
