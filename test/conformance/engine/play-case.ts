import { StubModel, type StubRow } from './stub-model.ts';
import type { AbortEvent, EndEvent, SchedEvent, TraceEvent, TraceHeader, UpdEvent } from './trace-case.ts';

/** An engine that can be stepped like the recorded one. */
export interface SteppedEngine<Pass> {
  add(id: string): void;
  abort(id: string): void;
  hasWork(): boolean;
  /** Composes a pass and returns it with what was seen of it. */
  schedule(): { readonly pass: Pass; readonly rows: readonly StubRow[]; readonly seen: Seen<SchedEvent> };
  update(pass: Pass, output: StubOutput): Updated;
  /** Sets the drafts that a request brings to its next row. */
  propose(id: string, drafts: number): void;
  /** Queues and pool as they are now. */
  state(): State;
  /** Outputs and preemptions of a request, and how it ended. */
  summary(id: string): {
    readonly outputs: number;
    readonly preemptions: number;
    readonly reason: string | null;
  };
}

export interface StubOutput {
  readonly tokens: ReadonlyMap<string, readonly number[]>;
  readonly received: readonly string[];
  readonly sent: readonly string[];
}

export interface Updated {
  readonly out: readonly (readonly [id: string, tokens: readonly number[]])[];
  readonly done: readonly (readonly [id: string, reason: string])[];
  /** Outputs of each request that got some and goes on. */
  readonly outputs: ReadonlyMap<string, number>;
}

export interface State {
  readonly run: readonly string[];
  readonly wait: readonly string[];
  readonly free: number;
  readonly front?: readonly number[];
  readonly keys?: number;
}

type Seen<Event> = Omit<Event, 'ev' | 't' | 's' | keyof State>;

const MOST_PASSES = 300;

/** How the loop treats passes; other values are for experiments. */
export interface LoopRules {
  /** In asynchronous mode a pass is composed before the output of the one before it is known. */
  readonly lag: boolean;
  /** A pass without tokens takes its place in the queue of passes. */
  readonly emptyPasses: boolean;
}

/** Plays a case turn by turn, as the recording's loop did: the events that `engine` makes of it, as they come. */
export function* playCase<Pass>(
  header: TraceHeader,
  engine: SteppedEngine<Pass>,
  rules: LoopRules = { lag: true, emptyPasses: true },
): Generator<TraceEvent> {
  const game = new Game(header, engine, rules);
  const lastTurn = Math.max(-1, ...header.requests.map(({ at }) => at), ...header.aborts.map(({ at }) => at));
  let turn = 0;
  while (!game.isTruncated() && (turn <= lastTurn || game.isBusy())) yield* game.turn(turn++);
  yield game.end(turn);
}

class Game<Pass> {
  private readonly header: TraceHeader;
  private readonly engine: SteppedEngine<Pass>;
  private readonly rules: LoopRules;
  private readonly model: StubModel;
  private readonly inFlight: InFlight<Pass>[] = [];
  private readonly firstPass = new Map<string, number>();
  private passes = 0;
  /** Aborts that wait for an output to be processed. */
  private lateAborts: string[] = [];

  constructor(header: TraceHeader, engine: SteppedEngine<Pass>, rules: LoopRules) {
    this.header = header;
    this.engine = engine;
    this.rules = rules;
    this.model = new StubModel(header);
  }

  isBusy(): boolean {
    return this.engine.hasWork() || this.inFlight.length > 0 || this.lateAborts.length > 0;
  }

  isTruncated(): boolean {
    return this.passes >= MOST_PASSES;
  }

  *turn(turn: number): Generator<TraceEvent> {
    const { header, engine } = this;
    for (const { id, at } of header.requests) if (at === turn) engine.add(id);
    const due = header.aborts.filter(({ at }) => at === turn);
    const top = due.flatMap(({ id, when }) => (when === 'top' ? id : []));
    // An abort that found no output to wait for in its own turn is one of the next turn, before that turn's own.
    yield* this.abort(turn, 'top', [...this.lateAborts, ...top]);
    this.lateAborts = due.flatMap(({ id, when }) => (when === 'mid' ? id : []));
    const depth = header.mode === 'async' && this.rules.lag ? 2 : 1;
    if (engine.hasWork()) {
      const composed = this.compose(turn);
      yield composed;
      const counts = composed.tok.length > 0 || (this.rules.emptyPasses && engine.hasWork());
      if (this.inFlight.length < depth && counts) return;
    }
    const oldest = this.inFlight.shift();
    if (oldest === undefined) return;
    yield* this.abort(turn, 'mid', this.lateAborts);
    this.lateAborts = [];
    yield this.process(turn, oldest);
  }

  end(turns: number): EndEvent {
    const reqs: EndEvent['reqs'] = this.header.requests.map(({ id }) => {
      const { outputs, preemptions, reason } = this.engine.summary(id);
      return [id, outputs, preemptions, this.firstPass.get(id) ?? -1, reason];
    });
    return {
      ev: 'end',
      turns,
      passes: this.passes,
      truncated: this.isTruncated() && this.isBusy(),
      reqs,
    };
  }

  private compose(turn: number): SchedEvent {
    const number = this.passes++;
    const { pass, rows, seen } = this.engine.schedule();
    for (const { id } of rows) if (!this.firstPass.has(id)) this.firstPass.set(id, number);
    for (const [id] of seen.loads ?? []) this.model.load(id, number);
    this.inFlight.push({ pass, number, tokens: this.model.run(rows) });
    return { ev: 'sched', t: turn, s: number, ...seen, ...this.engine.state() };
  }

  private process(turn: number, { pass, number, tokens }: InFlight<Pass>): UpdEvent {
    const { received, sent } = this.model.arrived(number);
    const { out, done, outputs } = this.engine.update(pass, { tokens, received, sent });
    for (const [id] of done) {
      const { sendPasses } = this.model.request(id);
      if (sendPasses !== undefined && sendPasses !== null) this.model.send(id, number);
    }
    if (this.header.cfg.specTokens !== undefined && this.header.mode === 'sync')
      for (const [id, count] of outputs) this.engine.propose(id, this.model.proposes(id, count));
    const { front: _, ...state } = this.engine.state();
    return { ev: 'upd', t: turn, s: number, out, done, recv: received, sent, ...state };
  }

  private *abort(turn: number, where: 'top' | 'mid', ids: readonly string[]): Generator<AbortEvent> {
    if (ids.length === 0) return;
    for (const id of ids) this.engine.abort(id);
    const { run, wait, free } = this.engine.state();
    yield { ev: 'abort', t: turn, where, ids, run, wait, free };
  }
}

interface InFlight<Pass> {
  readonly pass: Pass;
  readonly number: number;
  readonly tokens: Map<string, number[]>;
}
