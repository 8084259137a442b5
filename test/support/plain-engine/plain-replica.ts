import type { Ticks } from '../../../base/units.ts';
import type {
  EngineRequest,
  Gauges,
  ModelServer,
  Refusal,
  ServerListener,
} from '../../../sim/engine/model-server.ts';
import type { StepTimer } from '../../../sim/latency/step-time-model.ts';
import { arrivalOf, refusalOf } from './plain-arrival.ts';
import type { PlainConfig } from './plain-config.ts';
import { type PlainPass, passTokens } from './plain-pass.ts';
import type { PlainRequest } from './plain-request.ts';
import { PlainScheduler } from './plain-scheduler.ts';
import { shapeOf } from './plain-shape.ts';

/**
 * One vLLM replica on the run's clock, every step by itself: composes a pass, lets it take its time, takes in its output.
 * Synchronous: one after the other. Asynchronous: a pass is composed when the one before it starts.
 */
export class PlainReplica implements ModelServer {
  readonly scheduler: PlainScheduler;
  /** Steps of decode rows alone, so far. */
  decodeSteps = 0;
  private readonly config: PlainConfig;
  private readonly timer: StepTimer;
  private readonly listener: ServerListener;
  private readonly ticksPerSecond: number;
  private readonly served = new Map<EngineRequest, Served>();
  private readonly byEngine = new Map<PlainRequest, Served>();
  private ids = 0;

  /** On their way through HTTP, beside each other, and tokenisation, one after the other. */
  private readonly ingesting: { readonly request: EngineRequest; readonly due: Ticks }[] = [];
  private ingestFree: Ticks = 0;
  /** Clients that have gone: the engine hears of it at the end of the step. */
  private aborted: EngineRequest[] = [];
  /** On the GPU, and composed behind it. */
  private executing: { readonly pass: PlainPass; readonly end: Ticks } | undefined;
  private composed: PlainPass | undefined;
  /** Tokens on the way out. */
  private readonly leaving: { readonly due: Ticks; readonly tell: () => void }[] = [];
  /** Requests that the engine takes in before it composes its next pass. */
  private inbox: Served[] = [];
  /** When something came that an idle engine has to look at. */
  private wokenAt: Ticks | undefined;
  private readonly gauges: { readonly at: Ticks; readonly seen: Gauges }[] = [];
  private accounted: Ticks = 0;
  private usedBlocks = 0;
  private leftWaiting = 0;

  constructor(config: PlainConfig, timer: StepTimer, listener: ServerListener, ticksPerSecond: number) {
    this.config = config;
    this.timer = timer;
    this.listener = listener;
    this.ticksPerSecond = ticksPerSecond;
    this.scheduler = new PlainScheduler(config);
  }

  add(request: EngineRequest, now: Ticks): Refusal | undefined {
    const refusal = refusalOf(request, this.config);
    if (refusal !== undefined) return refusal;
    const { ingest, ingestPerToken } = this.config.overhead;
    const tokenised = this.ticks(ingestPerToken) * request.prompt.length;
    this.ingestFree = Math.max(now + this.ticks(ingest), this.ingestFree) + tokenised;
    this.ingesting.push({ request, due: this.ingestFree });
    return undefined;
  }

  abort(request: EngineRequest, now: Ticks): void {
    const isIngested = this.ingesting.some((entry) => entry.request === request);
    if (!isIngested && !this.served.has(request)) return;
    this.aborted.push(request);
    this.wokenAt ??= now;
  }

  nextEvent(): Ticks {
    return Math.min(
      this.executing?.end ?? this.wokenAt ?? Infinity,
      this.ingesting[0]?.due ?? Infinity,
      this.leaving[0]?.due ?? Infinity,
    );
  }

  advance(now: Ticks): void {
    for (let next = this.nextEvent(); next <= now; next = this.nextEvent()) this.happen(next);
  }

  /** State after the last step output processed by `time`: what vLLM's statistics of a step say. */
  gaugesAt(time: Ticks, into: Gauges): void {
    let place = this.gauges.length - 1;
    while (place >= 0 && (this.gauges[place]?.at ?? 0) > time) place--;
    Object.assign(into, this.gauges[place]?.seen ?? { running: 0, waiting: 0, kvUsage: 0 });
  }

  check(): void {
    this.scheduler.check();
  }

  /** Everything that is due at `time`: arrivals first, so that the pass of that instant finds them. */
  private happen(time: Ticks): void {
    for (let first = this.ingesting[0]; first !== undefined && first.due <= time; first = this.ingesting[0]) {
      this.ingesting.shift();
      this.enqueue(first.request, time);
    }
    if ((this.executing?.end ?? this.wokenAt) === time) this.boundary(time);
    for (let first = this.leaving[0]; first !== undefined && first.due <= time; first = this.leaving[0]) {
      this.leaving.shift();
      first.tell();
    }
  }

  private enqueue(request: EngineRequest, now: Ticks): void {
    const served: Served = {
      request,
      inEngine: undefined,
      queuedAt: now,
      hitTokens: 0,
      isStarted: false,
      lastToken: 0,
    };
    this.served.set(request, served);
    this.inbox.push(served);
    this.wokenAt ??= now;
  }

  /** A step has ended, or an idle engine has something to look at. */
  private boundary(now: Ticks): void {
    this.wokenAt = undefined;
    this.account(now);
    this.applyAborts(now);
    const ended = this.executing?.pass;
    this.executing = undefined;
    if (ended !== undefined) this.takeOutput(ended, now);
    for (const served of this.inbox) {
      served.inEngine = this.scheduler.add(arrivalOf(served.request, String(this.ids++), this.config));
      this.byEngine.set(served.inEngine, served);
    }
    this.inbox = [];
    const { composed } = this;
    this.composed = undefined;
    const next = composed ?? this.composeUntilFull(now);
    if (next === undefined) return;
    this.start(next, now);
    if (!this.config.asyncScheduling) return;
    // The pass behind it is fixed now; if there is nothing for it, the next one is composed when this one ends.
    const behind = this.compose(now);
    this.composed = behind.rows.size > 0 ? behind : undefined;
  }

  /** The next pass with rows. A pass without takes no time, and the one after it may find more. */
  private composeUntilFull(now: Ticks): PlainPass | undefined {
    for (;;) {
      if (this.scheduler.running.length === 0 && this.scheduler.waiting.size === 0) return undefined;
      const pass = this.compose(now);
      if (pass.rows.size > 0) return pass;
      if (pass.preempted.length === 0) return undefined;
    }
  }

  private compose(now: Ticks): PlainPass {
    const pass = this.scheduler.schedule();
    this.leftWaiting = this.scheduler.waiting.size;
    for (const victim of pass.preempted) {
      const served = this.byEngine.get(victim);
      if (served !== undefined) this.listener.preempted(served.request, now);
    }
    for (const { request, computed } of pass.admitted) {
      const served = this.byEngine.get(request);
      if (served !== undefined) served.hitTokens = computed;
    }
    return pass;
  }

  private start(pass: PlainPass, now: Ticks): void {
    for (const request of pass.rows.keys()) {
      const served = this.byEngine.get(request);
      if (served === undefined || served.isStarted) continue;
      served.isStarted = true;
      this.listener.started(served.request, now, served.hitTokens, served.queuedAt);
    }
    const shape = shapeOf(pass, this.config.slidingWindow);
    if (shape.chunks === 0) this.decodeSteps++;
    this.executing = { pass, end: now + this.timer.step(shape) };
  }

  private takeOutput(pass: PlainPass, now: Ticks): void {
    const tokens = new Map<PlainRequest, number[]>();
    for (const [request, row] of pass.rows)
      if (!row.isChunk) tokens.set(request, [row.computed + row.tokens - request.promptTokens]);
    const { outputs } = this.scheduler.update(pass, { tokens, received: [], sent: [] });
    for (const { request } of outputs) {
      const served = this.byEngine.get(request);
      if (served === undefined) continue;
      if (request.outputs.length === 1)
        this.later(now, (at) => this.listener.firstToken(served.request, at, now));
      else this.listener.gaps(1, now - served.lastToken, 0, 1);
      served.lastToken = now;
      const { finishReason } = request;
      if (finishReason === undefined) continue;
      this.forget(served);
      const produced = request.outputs.length;
      this.later(now, (at) => this.listener.ended(served.request, at, produced, finishReason));
    }
    const { running, waiting, cache } = this.scheduler;
    const kvUsage = 1 - cache.pool.free / (cache.pool.size - 1);
    this.gauges.push({ at: now, seen: { running: running.length, waiting: waiting.size, kvUsage } });
  }

  private applyAborts(now: Ticks): void {
    const gone = this.aborted;
    this.aborted = [];
    for (const request of gone) {
      const place = this.ingesting.findIndex((entry) => entry.request === request);
      if (place >= 0) this.ingesting.splice(place, 1);
      const served = this.served.get(request);
      if (place < 0 && served === undefined) continue;
      if (served !== undefined) this.leave(served);
      this.listener.ended(request, now, served?.inEngine?.outputs.length ?? 0, 'abort');
    }
  }

  private leave(served: Served): void {
    if (served.inEngine === undefined) this.inbox = this.inbox.filter((other) => other !== served);
    else this.scheduler.abort(served.inEngine.id);
    this.forget(served);
  }

  private forget(served: Served): void {
    this.served.delete(served.request);
    if (served.inEngine !== undefined) this.byEngine.delete(served.inEngine);
  }

  /** After the output path. */
  private later(madeAt: Ticks, tell: (at: Ticks) => void): void {
    const due = madeAt + this.ticks(this.config.overhead.output);
    if (due === madeAt) tell(due);
    else this.leaving.push({ due, tell: () => tell(due) });
  }

  /** Tells of the step, or the idleness, that ends now. */
  private account(now: Ticks): void {
    const { running, cache } = this.scheduler;
    const used = cache.pool.size - 1 - cache.pool.free;
    const pass = this.executing?.pass;
    if (now > this.accounted)
      this.listener.interval({
        from: this.accounted,
        to: now,
        steps: pass === undefined ? 0 : 1,
        running: running.length,
        waiting: this.leftWaiting,
        usedBlocksAtStart: this.usedBlocks,
        usedBlocksAtEnd: used,
        servedTokens: pass === undefined ? 0 : passTokens(pass),
      });
    this.accounted = now;
    this.usedBlocks = used;
  }

  private ticks(seconds: number): Ticks {
    return Math.round(seconds * this.ticksPerSecond);
  }
}

/** A request in the engine and what the world has been told of it. */
interface Served {
  readonly request: EngineRequest;
  /** Undefined while it waits in the inbox. */
  inEngine: PlainRequest | undefined;
  readonly queuedAt: Ticks;
  hitTokens: number;
  isStarted: boolean;
  lastToken: Ticks;
}
