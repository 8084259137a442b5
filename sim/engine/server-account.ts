import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import type { ServerInterval, ServerListener } from './model-server.ts';

/** Tells the listener, interval by interval, what a server was doing and how many tokens it served. */
export class ServerAccount {
  /** Tokens served since the last interval was told. */
  served: Tokens = 0;
  private readonly listener: ServerListener;
  private readonly interval: ServerInterval = {
    from: 0,
    to: 0,
    steps: 0,
    running: 0,
    waiting: 0,
    usedBlocksAtStart: 0,
    usedBlocksAtEnd: 0,
    servedTokens: 0,
  };

  constructor(listener: ServerListener) {
    this.listener = listener;
  }

  /** A step, a leap (`steps` of them) or idleness (0 steps) ends at `now`. */
  close(now: Ticks, steps: number, running: number, usedBlocks: Blocks): void {
    const { interval } = this;
    if (now > interval.from) {
      interval.to = now;
      interval.steps = steps;
      interval.running = running;
      interval.usedBlocksAtEnd = usedBlocks;
      interval.servedTokens = this.served;
      this.served = 0;
      this.listener.interval(interval);
    }
    interval.from = now;
  }

  /** The next interval begins with these requests left waiting and these blocks in use. */
  open(waiting: number, usedBlocks: Blocks): void {
    this.interval.waiting = waiting;
    this.interval.usedBlocksAtStart = usedBlocks;
  }
}
