import type { Ticks } from '../../base/units.ts';
import type {
  EngineRequest,
  Gauges,
  ModelServer,
  Refusal,
  ServerListener,
} from '../../sim/engine/model-server.ts';

/**
 * The simplest model server: one request at a time, first come first served, a fixed time to the first token and a fixed
 * time for each further one. For tests of what stands around a server.
 */
export class CounterServer implements ModelServer {
  private readonly queue: { request: EngineRequest; queuedAt: Ticks }[] = [];
  private readonly listener: ServerListener;
  private readonly firstTicks: Ticks;
  private readonly nextTicks: Ticks;
  private readonly maxInput: number;
  private serving: { request: EngineRequest; next: Ticks; produced: number } | undefined;

  constructor(listener: ServerListener, firstTicks: Ticks, nextTicks: Ticks, maxInput = Infinity) {
    this.listener = listener;
    this.firstTicks = firstTicks;
    this.nextTicks = nextTicks;
    this.maxInput = maxInput;
  }

  add(request: EngineRequest, now: Ticks): Refusal | undefined {
    if (request.prompt.length >= this.maxInput) return { reason: 'input too long' };
    this.queue.push({ request, queuedAt: now });
    if (this.serving === undefined) this.begin(now);
    return undefined;
  }

  abort(request: EngineRequest, now: Ticks): void {
    const position = this.queue.findIndex((queued) => queued.request === request);
    if (position >= 0) this.queue.splice(position, 1);
    if (this.serving?.request === request) this.begin(now);
  }

  nextEvent(): Ticks {
    return this.serving?.next ?? Infinity;
  }

  advance(now: Ticks): void {
    const { serving, listener } = this;
    if (serving === undefined || serving.next > now) return;
    serving.produced++;
    if (serving.produced === 1) listener.firstToken(serving.request, now, now);
    else listener.gaps(1, this.nextTicks, 0, 1);
    if (serving.produced === serving.request.outputTokens) {
      listener.ended(serving.request, now, serving.produced, 'stop');
      this.begin(now);
    } else {
      serving.next = now + this.nextTicks;
    }
  }

  gaugesAt(_time: Ticks, into: Gauges): void {
    into.running = this.serving === undefined ? 0 : 1;
    into.waiting = this.queue.length;
    into.kvUsage = 0;
  }

  check(): void {}

  private begin(now: Ticks): void {
    const next = this.queue.shift();
    this.serving = next && { request: next.request, next: now + this.firstTicks, produced: 0 };
    if (next !== undefined) this.listener.started(next.request, now, 0, next.queuedAt);
  }
}
