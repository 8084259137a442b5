import { invariant } from '../../base/invariant.ts';
import type { Ticks, Tokens } from '../../base/units.ts';
import type { StepTimer } from '../latency/step-time-model.ts';
import { AdapterJournal } from './adapter-journal.ts';
import { BlockPool } from './block-pool.ts';
import { CacheEventLog } from './cache-event-log.ts';
import type { DraftModel } from './draft-model.ts';
import type { EngineConfig } from './engine-config.ts';
import { EngineCore } from './engine-core.ts';
import { GaugeJournal } from './gauge-journal.ts';
import { IngestQueue } from './ingest-queue.ts';
import { tellLeapGaps } from './leap-gaps.ts';
import { blocksFor, Leap } from './leap.ts';
import type { EngineRequest, Gauges, ModelServer, Refusal, ServerListener } from './model-server.ts';
import { OutputPath } from './output-path.ts';
import type { ReplicaParts } from './replica-parts.ts';
import { refusalOf } from './refusal.ts';
import { SchedulingPass } from './scheduling-pass.ts';
import type { CoreListener } from './scheduler-state.ts';
import { Sequence } from './sequence.ts';
import { ServerAccount } from './server-account.ts';
import { endOfStep } from './stretch.ts';
import { tellStarts } from './tell-starts.ts';
import { UnseenRequests } from './unseen-requests.ts';

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
  private readonly leap: Leap;
  private readonly journal: GaugeJournal;
  private readonly adapters: AdapterJournal | undefined;
  private readonly account: ServerAccount;
  private readonly ingest: IngestQueue;
  private readonly output: OutputPath;
  private readonly cacheEvents: CacheEventLog | undefined;
  private readonly drafts: DraftModel | undefined;
  private readonly aborted: Sequence[] = [];
  private executing: SchedulingPass;
  private composed: SchedulingPass;
  private hasComposed = false;
  private busy = false;
  /** When the pass on the GPU, or the leap, ends; for an idle engine when it composes. */
  private boundaryAt: Ticks = Infinity;
  private readonly unseen = new UnseenRequests();
  private now: Ticks = 0;

  /** Throws InvariantError for settings that take more: other servers to exchange KV with, a draft model to verify. */
  constructor({ config, timer, listener, ticksPerSecond, gaugeHistory, drafts }: ReplicaParts) {
    invariant(config.kvRole === undefined, 'a server on its own exchanges no KV');
    invariant(
      config.numSpeculativeTokens === 0 || drafts !== undefined,
      'a server without a draft model verifies no drafts',
    );
    this.drafts = drafts;
    this.config = config;
    this.timer = timer;
    this.listener = listener;
    this.cacheEvents = listener.kvEvents === undefined ? undefined : new CacheEventLog();
    this.pool = new BlockPool(config.numGpuBlocks - 1, this.cacheEvents);
    const told: CoreListener = { preempted: (sequence) => this.preempted(sequence) };
    // Each block that can be found is told at its pass: somebody must look at all sequences.
    this.core = new EngineCore(config, this.pool, told, this.cacheEvents === undefined);
    this.leap = new Leap(config, this.core, timer, this.cacheEvents !== undefined);
    this.journal = new GaugeJournal(
      this.pool.blocks,
      config.blockSize,
      config.slidingWindow === undefined ? 0 : (config.slidingWindowGroups ?? 1),
      gaugeHistory,
      config.windowsOnly,
    );
    this.adapters = config.maxLoras === undefined ? undefined : new AdapterJournal(gaugeHistory);
    this.account = new ServerAccount(listener);
    this.ingest = new IngestQueue(config.overhead, ticksPerSecond);
    this.output = new OutputPath(config.overhead, ticksPerSecond, listener);
    this.executing = new SchedulingPass(config.slidingWindow);
    this.composed = new SchedulingPass(config.slidingWindow);
  }

  add(request: EngineRequest, now: Ticks): Refusal | undefined {
    const refusal = refusalOf(request, this.config, this.core.waitingCount);
    if (refusal !== undefined) return refusal;
    const queuedAt = this.ingest.through(request.prompt.length, now);
    const sequence = new Sequence(request, this.config.maxModelLen, queuedAt);
    if (queuedAt > now) this.ingest.push(sequence);
    else this.enqueue(sequence, now);
    return undefined;
  }

  /** Aborts take effect between the model's completion and the processing of its output. */
  abort(request: EngineRequest, now: Ticks): void {
    const sequence = this.ingest.find(request) ?? this.core.find(request);
    if (sequence === undefined) return;
    this.now = now;
    this.aborted.push(sequence);
    if (this.busy) this.cutLeap(now);
    else this.dropAborted(now);
  }

  nextEvent(): Ticks {
    const { boundaryAt } = this;
    const ingested = this.ingest.peekTime();
    const leaving = this.output.peekTime();
    const other = ingested < leaving ? ingested : leaving;
    return boundaryAt < other ? boundaryAt : other;
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
    into.adapters = this.adapters?.at(time);
  }

  cachedTokens(request: EngineRequest): Tokens {
    const sequence = new Sequence(request, this.config.maxModelLen, this.now);
    this.core.group.settleWritersOf(sequence.runs);
    return this.core.kv.lookUp(sequence);
  }

  check(): void {
    this.core.check();
  }

  /** A request joins the waiting queue: an idle engine composes a pass, a leap ends with the step that is under way. */
  private enqueue(sequence: Sequence, now: Ticks): void {
    this.core.add(sequence);
    this.unseen.join(sequence);
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
      if (this.aborted.length > 0) this.dropAborted(now);
      this.processOutput(now);
      this.publishGauges(now);
      this.cacheEvents?.publish(this.listener, now);
    } else {
      this.closeInterval(now, 0);
    }
    this.startStep(now);
    const { core, pool } = this;
    const used = pool.blocks - pool.free;
    this.account.open(core.waitingCount, used);
    if (this.busy && this.leap.steps > 0)
      this.journal.recordLeap(this.leap, core.running.length, core.waitingCount, used);
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
      while (this.executing.isEmpty && this.executing.preempted.length > 0);
    }
    this.busy = !this.executing.isEmpty;
    if (!this.busy) {
      this.boundaryAt = Infinity;
      return;
    }
    if (this.executing.admitted > 0) tellStarts(this.listener, this.executing, now);
    if (this.config.asyncScheduling) {
      this.compose(this.composed);
      this.hasComposed = !this.composed.isEmpty;
    }
    this.leap.plan(now, this.executing, this.hasComposed ? this.composed : undefined);
    this.boundaryAt = this.leap.end();
  }

  private compose(pass: SchedulingPass): void {
    this.core.schedule(pass);
    this.unseen.see();
    if (pass.isEmpty) return;
    pass.duration = this.timer.step(pass.shape);
    if (pass.steady) return;
    const { sequences, rows } = pass;
    for (let row = 0; row < rows; row++) {
      const sequence = sequences[row];
      if (sequence !== undefined && sequence.servedInput < sequence.promptTokens)
        this.account.served += sequence.serveInput();
    }
  }

  /** Makes up for the boundaries that a leap skipped: the passes in flight become those of its last step. */
  private land(): void {
    const { core, executing, composed, leap } = this;
    const { running, attended, group } = core;
    const { steps, second, growth } = leap;
    core.leap(steps, blocksFor(leap.slackCounts, steps));
    tellLeapGaps(this.listener, attended, group.members.length, leap);
    group.lastOutputAt = endOfStep(leap, steps - 1);
    this.account.served += steps * running.length;
    if (!executing.steady || executing.rows + executing.grouped !== running.length)
      executing.copyRows(composed);
    executing.number += steps;
    executing.duration = second + (steps - 1) * growth;
    if (!this.hasComposed) return;
    composed.number += steps;
    composed.advance(steps, growth);
  }

  private processOutput(now: Ticks): void {
    const { executing: pass, core, listener, output, drafts } = this;
    const start = now - pass.duration;
    core.beginUpdate(pass);
    const { rows, sequences, samples } = pass;
    let together = pass.grouped;
    let produced = pass.grouped;
    for (let row = 0; row < rows; row++) {
      const sequence = sequences[row];
      if (sequence === undefined) continue;
      let sampled = samples[row] ?? 0;
      if (drafts !== undefined && sampled > 0)
        sampled += drafts.accepted(sequence.request, sequence.outputs, pass.drafts[row] ?? 0);
      const gained = core.processRow(pass, row, sampled);
      if (gained === 0) continue;
      produced += gained;
      if (drafts !== undefined && !this.config.asyncScheduling)
        core.propose(sequence, drafts.proposed(sequence.request, sequence.outputs));
      const { lastToken } = sequence;
      sequence.lastToken = now;
      if (lastToken >= 0) {
        // Tokens of one step leave in one chunk (vLLM observes one inter-token latency for it).
        if (lastToken === start) together++;
        else listener.gaps(1, now - lastToken, 0, 1);
        if (sequence.status !== 'finished') continue;
      }
      output.take(sequence, now);
    }
    core.group.lastOutputAt = now;
    this.account.served += produced;
    if (together > 0) listener.gaps(together, pass.duration, 0, 1);
  }

  private dropAborted(now: Ticks): void {
    for (const sequence of this.aborted) {
      if (sequence.status === 'finished') continue;
      this.unseen.leave(sequence);
      this.core.abort(sequence);
      this.account.served -= sequence.servedInput + sequence.outputs;
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

  /**
   * The metrics page is refreshed when an output is processed, before the next pass is composed. Requests that came since
   * the last one was are not yet counted: they still lie in the engine's input queue.
   */
  private publishGauges(now: Ticks): void {
    const { core, pool } = this;
    const waiting = core.waitingCount - this.unseen.count;
    this.journal.record(now, core.running.length, waiting, pool.blocks - pool.free);
    this.adapters?.record(now, core.running, core.waitingInOrder());
  }
}
