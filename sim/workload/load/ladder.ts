import { random } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';
import type { Request, RequestSource, RequestStatus, Stage } from '../request.ts';
import { ClosedLoop } from './closed-loop.ts';
import { SlotLoop } from './slot-loop.ts';
import { requestsOf, type Load, type LoadStage } from './load.ts';
import type { Script } from './script.ts';
import { stageTimes } from './stage-times.ts';

export interface LadderOptions {
  readonly script: Script;
  readonly load: Extract<Load, { kind: 'stages' }>;
  readonly seed: number;
  /** Requests to give at most. */
  readonly limit: number;
}

/** One stage that is being played. */
interface Rung extends Pick<RequestSource, 'peek' | 'next' | 'ended'> {
  readonly finished: boolean;
}

/**
 * The stages of a load generator one after the other: a stage ends when its last request has, then the interval passes.
 * A list of prompts starts anew at each stage.
 */
export class Ladder implements RequestSource {
  readonly closedLoop: boolean;
  readonly count: number;
  readonly stages: readonly Stage[];
  private readonly options: LadderOptions;
  private stage = 0;
  private left: number;
  private rung: Rung | undefined;

  constructor(options: LadderOptions) {
    this.options = options;
    const { stages } = options.load;
    this.closedLoop = stages.every(({ kind }) => kind === 'concurrency');
    this.stages = named(stages);
    this.count = Math.min(
      options.limit,
      stages.reduce((sum, stage) => sum + requestsOf(stage), 0),
    );
    this.left = this.count;
    this.rung = this.climb(0);
  }

  peek(): Seconds | undefined {
    return this.rung?.peek();
  }

  next(): Request | undefined {
    return this.rung?.next();
  }

  ended(request: Request, status: RequestStatus, now: Seconds): void {
    this.rung?.ended(request, status, now);
    if (this.rung?.finished !== true) return;
    this.stage++;
    this.rung = this.climb(now + this.options.load.interval);
  }

  private climb(start: Seconds): Rung | undefined {
    const { script, load, seed } = this.options;
    const stage = load.stages[this.stage];
    if (stage === undefined || this.left === 0) return undefined;
    script.rewind();
    const limit = Math.min(this.left, requestsOf(stage));
    this.left -= limit;
    if (stage.kind === 'concurrency') {
      const { concurrency } = stage;
      if (script.bySlot) return new SlotLoop({ script, concurrency, limit, start, stage: this.stage });
      return new ClosedLoop({
        script,
        concurrency,
        conversations: Infinity,
        limit,
        start,
        stage: this.stage,
      });
    }
    const draws = random(seed, 0, `stage ${this.stage}`);
    const times = stageTimes(load.arrival, { ...stage, count: requestsOf(stage) }, draws);
    return new RateStage(script, times.subarray(0, limit), start, this.stage);
  }
}

/** Requests at drawn times, whatever has become of earlier ones. */
class RateStage implements Rung {
  private readonly script: Script;
  private readonly times: Float64Array;
  private readonly start: Seconds;
  private readonly stage: number;
  private sent = 0;
  private over = 0;

  constructor(script: Script, times: Float64Array, start: Seconds, stage: number) {
    this.script = script;
    this.times = times;
    this.start = start;
    this.stage = stage;
  }

  get finished(): boolean {
    return this.over === this.times.length;
  }

  peek(): Seconds | undefined {
    const time = this.times[this.sent];
    return time === undefined ? undefined : this.start + time;
  }

  next(): Request | undefined {
    const arrival = this.peek();
    const playing = arrival === undefined ? undefined : this.script.open(1, this.stage);
    if (arrival === undefined || playing === undefined) return undefined;
    this.sent++;
    return this.script.request(playing, arrival);
  }

  ended(request: Request, status: RequestStatus): void {
    this.script.ended(request, status);
    this.over++;
  }
}

/** A stage is called by its rate or its concurrency, with a number behind it where that was there before. */
function named(stages: readonly LoadStage[]): Stage[] {
  const uses = new Map<string, number>();
  return stages.map((stage) => {
    const { warmup } = stage;
    const word = `${warmup ? 'warm-up ' : ''}${stage.kind === 'rate' ? stage.rate : stage.concurrency}`;
    const use = (uses.get(word) ?? 0) + 1;
    uses.set(word, use);
    const name = use === 1 ? word : `${word} (${use})`;
    return stage.kind === 'rate'
      ? { name, warmup, rate: stage.rate, duration: stage.duration }
      : { name, warmup, concurrency: stage.concurrency };
  });
}
