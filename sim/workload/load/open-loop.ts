import type { Seconds } from '../../../base/units.ts';
import type { Starts } from '../content/content.ts';
import type { Request, RequestSource, RequestStatus } from '../request.ts';
import { Pending } from './pending.ts';
import type { Playing, Script } from './script.ts';

export interface OpenLoopOptions {
  readonly script: Script;
  readonly starts: Starts;
  /** Conversations to start. */
  readonly conversations: number;
  /** Requests to give at most. */
  readonly limit: number;
  readonly rateScale: number;
  /** Start of the last conversation as the source has it, where no conversation has a second turn. */
  readonly lastStart: Seconds | undefined;
}

/** Conversations start at the source's own times, rateScale times as fast, whatever has become of earlier ones. */
export class OpenLoop implements RequestSource {
  readonly closedLoop = false;
  readonly lastArrival?: Seconds;
  readonly count?: number;
  private readonly options: OpenLoopOptions;
  /** Next turns of conversations that are under way. */
  private readonly turns = new Pending<Playing>();
  private left: number;
  private start: Seconds | undefined;

  constructor(options: OpenLoopOptions) {
    this.options = options;
    this.left = options.limit;
    if (options.lastStart !== undefined) {
      this.lastArrival = options.lastStart / options.rateScale;
      this.count = Math.min(options.conversations, options.limit);
    }
    this.findStart();
  }

  peek(): Seconds | undefined {
    const turn = this.turns.peek();
    if (turn === undefined || this.start === undefined) return turn ?? this.start;
    return Math.min(turn, this.start);
  }

  next(): Request | undefined {
    const { script } = this.options;
    const arrival = this.peek();
    if (arrival === undefined) return undefined;
    if (arrival === this.start) {
      const playing = script.open(this.left);
      if (playing === undefined) return undefined;
      this.left -= playing.turns;
      this.findStart();
      return script.request(playing, arrival);
    }
    const playing = this.turns.pop();
    return playing === undefined ? undefined : script.request(playing, arrival);
  }

  ended(request: Request, status: RequestStatus, now: Seconds): void {
    const sequel = this.options.script.ended(request, status);
    if (sequel.kind === 'turn') this.turns.push(now + sequel.pause, sequel.playing);
  }

  private findStart(): void {
    const { script, starts, conversations, rateScale } = this.options;
    const more = script.opened < conversations && this.left > 0;
    this.start = more ? starts.at(script.opened) / rateScale : undefined;
  }
}
