import type { Seconds, Ticks, Tokens } from '../../../base/units.ts';
import type {
  LatencyFeatures,
  LatencyPredictor,
  PredictedLatency,
} from '../../../scheduler/latency-predictor.ts';
import { RowShape } from '../../engine/row-shape.ts';
import type { StepTimer } from '../../latency/step-time-model.ts';
import type { Clock } from '../../events/clock.ts';
import type { Flight } from '../flight.ts';
import type { FleetView } from '../router.ts';
import type { PoolInput } from '../run-input.ts';

/**
 * Predicts from what no router can know, and so bounds what better information could gain (not what a better rule could):
 * which requests every replica has at this instant and how far they are, those of other gateways included; how long their
 * answers will be; the prompt tokens that its cache holds; and the time of its engine's steps. It does not know what will
 * arrive. To first order: TTFT = the prompts before this one and its own, in steps that the answers under way share, after
 * enough of those have ended to leave a place and blocks; TPOT = a step of all answers under way and this one. An answer
 * under way has grown since its first token at today's step time; a prompt under way is half done; queues, caches and steps
 * beyond that stay as they are.
 */
export class LatencyOracle implements LatencyPredictor {
  private readonly view: FleetView;
  private readonly clock: Clock;
  private readonly pools: readonly PoolInput[];
  private readonly timers: readonly StepTimer[];
  private readonly replicaOf: (endpoint: string) => number | undefined;
  /** What a replica's cache held of a prompt when it was first seen there. */
  private readonly cached = new WeakMap<Flight, Tokens>();
  private asking: Flight | undefined;

  constructor(
    pools: readonly PoolInput[],
    view: FleetView,
    clock: Clock,
    replicaOf: (endpoint: string) => number | undefined,
  ) {
    this.view = view;
    this.clock = clock;
    this.replicaOf = replicaOf;
    const timers = new Map(pools.map((pool) => [pool, pool.stepTime.timer(clock.ticksPerSecond)]));
    this.pools = pools.flatMap((pool) => Array.from({ length: pool.replicas }, () => pool));
    this.timers = this.pools.flatMap((pool) => timers.get(pool) ?? []);
  }

  /** The request that the next question is about. */
  about(flight: Flight): void {
    this.asking = flight;
  }

  predict(features: readonly LatencyFeatures[], now: Seconds): readonly PredictedLatency[] | undefined {
    const { asking } = this;
    if (asking === undefined) return undefined;
    const loads = this.pools.map((): Flight[] => []);
    for (const flight of this.view.inFlight) {
      if (flight.replica >= 0 && flight !== asking) loads[flight.replica]?.push(flight);
    }
    const ticks = this.clock.ticks(now);
    return features.map(({ endpoint }) => {
      const replica = this.replicaOf(endpoint) ?? -1;
      return this.latencyOn(replica, loads[replica] ?? [], asking, ticks);
    });
  }

  learn(): void {
    // It knows already.
  }

  private latencyOn(replica: number, load: readonly Flight[], asking: Flight, now: Ticks): PredictedLatency {
    const pool = this.pools[replica];
    const timer = this.timers[replica];
    if (pool === undefined || timer === undefined) return { ttft: 0, tpot: 0 };
    const { engine } = pool;
    const answering = load.filter(({ firstTokenMade }) => firstTokenMade !== undefined);
    const shape = new RowShape(engine.slidingWindow);
    for (const { prompt } of answering) shape.addDecode(1, prompt.length);
    const step = Math.max(1, timer.step(shape));
    const answers = answering
      .map((flight) => {
        const grown = Math.floor((now - (flight.firstTokenMade ?? now)) / step);
        const tokens = flight.prompt.length + Math.min(grown, flight.outputTokens);
        return { tokens, left: Math.max(1, flight.outputTokens - grown) };
      })
      .sort((a, b) => a.left - b.left);
    let before: Tokens = 0;
    let blocks = 0;
    for (const flight of load) {
      if (flight.firstTokenMade !== undefined) continue;
      const own = flight.prompt.length - this.cachedOf(flight, replica);
      before += flight.started === undefined ? own : own / 2;
      blocks += Math.ceil(flight.prompt.length / engine.blockSize);
    }
    const hit = this.view.cachedTokens(replica, asking);
    const prompts = load.length - answering.length;
    blocks += Math.ceil(asking.prompt.length / engine.blockSize);
    let places = engine.maxNumSeqs - load.length - 1;
    let free = engine.numGpuBlocks - 1 - blocks;
    for (const { tokens } of answers) free -= Math.ceil(tokens / engine.blockSize);
    let gone = 0;
    for (; gone < answers.length && (places < 0 || free < 0); gone++) {
      places++;
      free += Math.ceil((answers[gone]?.tokens ?? 0) / engine.blockSize);
    }
    const wait = gone === 0 ? 0 : (answers[gone - 1]?.left ?? 0) * step;
    const staying = answers.slice(gone);
    const work = before + asking.prompt.length - hit;
    // The pass under way ends first; with asynchronous scheduling the next one is composed already.
    const lag = load.length === 0 ? 0 : (engine.asyncScheduling ? 1.5 : 0.5) * step;
    const ttft = lag + wait + this.prefillTicks(timer, engine, work, staying);
    const all = new RowShape(engine.slidingWindow);
    for (const { tokens } of staying) all.addDecode(1, tokens);
    for (let k = 0; k <= prompts; k++) all.addDecode(1, asking.prompt.length);
    const tpot = timer.step(all);
    return { ttft: 1000 * this.clock.seconds(ttft), tpot: 1000 * this.clock.seconds(tpot) };
  }

  /** Steps that compute `work` prompt tokens beside the answers, each as full as the budget allows. */
  private prefillTicks(
    timer: StepTimer,
    { maxNumScheduledTokens, slidingWindow }: PoolInput['engine'],
    work: Tokens,
    answers: readonly { readonly tokens: Tokens }[],
  ): Ticks {
    const budget = Math.max(1, maxNumScheduledTokens - answers.length);
    const stepOf = (tokens: Tokens, computed: Tokens): Ticks => {
      const shape = new RowShape(slidingWindow);
      for (const answer of answers) shape.addDecode(1, answer.tokens);
      shape.addChunk(tokens, computed, true);
      return timer.step(shape);
    };
    const full = Math.floor(work / budget);
    const rest = Math.max(1, Math.round(work - full * budget));
    return (
      (full === 0 ? 0 : full * stepOf(budget, Math.round(((full - 1) * budget) / 2))) +
      stepOf(rest, full * budget)
    );
  }

  private cachedOf(flight: Flight, replica: number): Tokens {
    if (flight.started !== undefined) return flight.hitTokens;
    let tokens = this.cached.get(flight);
    if (tokens === undefined) this.cached.set(flight, (tokens = this.view.cachedTokens(replica, flight)));
    return tokens;
  }
}
