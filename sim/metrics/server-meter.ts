import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import type { SampleGrid } from './sample-grid.ts';

/** What went on in a server between two instants; see ServerInterval in sim/engine/model-server.ts. */
export interface MeteredInterval {
  readonly from: Ticks;
  readonly to: Ticks;
  readonly steps: number;
  readonly running: number;
  readonly waiting: number;
  readonly usedBlocksAtStart: Blocks;
  readonly usedBlocksAtEnd: Blocks;
  readonly servedTokens: Tokens;
}

/** Time integrals and samples of one server's queue, batch and KV cache. */
export class ServerMeter {
  readonly runningSamples: Float64Array;
  readonly waitingSamples: Float64Array;
  /** Share of usable KV blocks, 0 to 1. */
  readonly kvSamples: Float64Array;
  /** 1 while a step is in flight. */
  readonly busySamples: Float64Array;
  /** Tokens served since the start. */
  readonly servedSamples: Float64Array;
  runningTicks = 0;
  waitingTicks = 0;
  kvTicks = 0;
  mostRunning = 0;
  busyTicks = 0;
  steps = 0;
  /** Steps among them that were not played one by one: all but the last of each stretch. */
  leapt = 0;
  private served: Tokens = 0;
  private until: Ticks = 0;
  private readonly grid: SampleGrid;
  private readonly usableBlocks: Blocks;

  constructor(grid: SampleGrid, usableBlocks: Blocks) {
    this.grid = grid;
    this.usableBlocks = usableBlocks;
    this.runningSamples = grid.add();
    this.waitingSamples = grid.add();
    this.kvSamples = grid.add();
    this.busySamples = grid.add();
    this.servedSamples = grid.add();
  }

  interval(interval: MeteredInterval): void {
    const { from, to, running, waiting, usedBlocksAtStart, usedBlocksAtEnd, servedTokens } = interval;
    const length = to - from;
    this.runningTicks += running * length;
    if (running > this.mostRunning) this.mostRunning = running;
    this.waitingTicks += waiting * length;
    this.kvTicks += ((usedBlocksAtStart + usedBlocksAtEnd) / 2 / this.usableBlocks) * length;
    if (interval.steps > 0) {
      this.busyTicks += length;
      this.steps += interval.steps;
      this.leapt += interval.steps - 1;
    }
    const first = this.grid.indexFrom(from, to);
    const { step } = this.grid;
    for (let index = first, time = first * step; time < to; index++, time += step) {
      const share = (time - from) / length;
      this.runningSamples[index] = running;
      this.waitingSamples[index] = waiting;
      this.kvSamples[index] =
        (usedBlocksAtStart + (usedBlocksAtEnd - usedBlocksAtStart) * share) / this.usableBlocks;
      this.busySamples[index] = interval.steps > 0 ? 1 : 0;
      this.servedSamples[index] = this.served + servedTokens * share;
    }
    this.served += servedTokens;
    this.until = to;
  }

  /** Carries the last state on to `end`, so that every sample up to there has a value. */
  close(end: Ticks): void {
    const first = this.grid.indexFrom(this.until, end);
    for (let index = first; index * this.grid.step <= end; index++) this.servedSamples[index] = this.served;
  }
}
