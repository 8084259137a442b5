import type { Seconds } from '../../../base/units.ts';
import { Pending } from './pending.ts';
import type { Playing, Script } from './script.ts';
import type { Request, RequestSource, RequestStatus } from '../request.ts';

export interface ClosedLoopOptions {
  readonly script: Script;
  readonly concurrency: number;
  /** Conversations to start at most. */
  readonly conversations: number;
  /** Requests to give at most. */
  readonly limit: number;
  readonly start: Seconds;
  readonly stage?: number;
}

/**
 * So many clients, each of whom plays one conversation after the other: the next request starts when one ends. What a
 * conversation that broke off has not played is given to others, so that `limit` requests are sent if the source has them.
 */
export class ClosedLoop implements RequestSource {
  readonly closedLoop = true;
  readonly count?: number;
  private readonly options: ClosedLoopOptions;
  private readonly due = new Pending<Playing>();
  private left: number;
  private started = 0;
  private idle = 0;

  constructor(options: ClosedLoopOptions) {
    this.options = options;
    this.left = options.limit;
    if (options.limit < Infinity) this.count = options.limit;
    for (let client = 0; client < options.concurrency; client++) this.take(options.start);
  }

  /** Every request has ended and none will follow. */
  get finished(): boolean {
    return this.idle === this.options.concurrency;
  }

  peek(): Seconds | undefined {
    return this.due.peek();
  }

  next(): Request | undefined {
    const arrival = this.due.peek();
    const playing = this.due.pop();
    if (arrival === undefined || playing === undefined) return undefined;
    return this.options.script.request(playing, arrival);
  }

  ended(request: Request, status: RequestStatus, now: Seconds): void {
    const sequel = this.options.script.ended(request, status);
    if (sequel.kind === 'turn') {
      this.due.push(now + sequel.pause, sequel.playing);
      return;
    }
    this.left += sequel.unplayed;
    this.take(now);
    // Clients who had found nothing left to do may take up what was given back.
    for (let waiting = sequel.unplayed > 0 ? this.idle : 0; waiting > 0 && this.left > 0; waiting--) {
      this.idle--;
      this.take(now);
    }
  }

  /** A client who is free takes the next conversation, if there is one. */
  private take(now: Seconds): void {
    const { script, conversations, stage } = this.options;
    const playing = this.started < conversations ? script.open(this.left, stage) : undefined;
    if (playing === undefined) {
      this.idle++;
      return;
    }
    this.started++;
    this.left -= playing.turns;
    this.due.push(now, playing);
  }
}
