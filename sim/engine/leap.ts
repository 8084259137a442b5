import type { Blocks, Ticks, Tokens } from '../../base/units.ts';
import type { StepGrowth, StepTimer } from '../latency/step-time-model.ts';
import type { EngineConfig } from './engine-config.ts';
import type { EngineCore } from './engine-core.ts';
import type { SchedulingPass } from './scheduling-pass.ts';
import { NOT_GROUPED } from './sequence.ts';
import type { SlidingWindowManager } from './sliding-window-manager.ts';
import { endOfStep, firstStepEndingAt, type Stretch } from './stretch.ts';
import type { WindowBlocks } from './window-blocks.ts';

/**
 * The stretch of steps, beginning with the one that starts now, in which nothing changes but that every running sequence
 * gains a token. The boundaries behind its first `steps` steps need not be visited: every instant of it is known.
 */
export class Leap implements Stretch {
  start: Ticks = 0;
  first: Ticks = 0;
  second: Ticks = 0;
  growth: Ticks = 0;
  steps = 0;
  /** Running sequences by the tokens that still fit in the blocks that they have. */
  readonly slackCounts: Int32Array;
  private readonly config: EngineConfig;
  private readonly core: EngineCore;
  private readonly timer: StepTimer;
  /** Running sequences by the passes before the next one in which a block of them leaves the window. */
  readonly releaseCounts: Int32Array;
  /** A pass in which some sequence takes or fills a block must be visited: somebody hears of it. */
  private readonly toldBlocks: boolean;
  private readonly grows: StepGrowth = { growth: 0, steps: 0 };

  /** `toldBlocks`: somebody hears of each block at the step in which it can be found, or no longer. */
  constructor(config: EngineConfig, core: EngineCore, timer: StepTimer, toldBlocks: boolean) {
    this.config = config;
    this.core = core;
    this.timer = timer;
    this.toldBlocks = toldBlocks;
    this.slackCounts = new Int32Array(config.blockSize);
    this.releaseCounts = new Int32Array(config.blockSize);
  }

  /** The longest stretch that begins with `executing`; `composed` is the pass behind it, if there is one. */
  plan(start: Ticks, executing: SchedulingPass, composed: SchedulingPass | undefined): void {
    this.start = start;
    this.first = executing.duration;
    this.second = 0;
    this.growth = 0;
    this.steps = 0;
    // The last pass that is composed: those that follow equal it.
    const last = this.config.asyncScheduling ? composed : executing;
    if (last === undefined || !last.steady || last.rows + last.grouped !== this.core.running.length) return;
    if (last !== executing && !this.continues(executing)) return;
    if (!this.core.admitsNobody()) return;
    const most = this.stepsUntilAnEnd(last === executing ? 1 : 2);
    if (most <= 0) return;
    this.timer.growth(last.shape, this.grows);
    // The pass behind the last step must be on the same line, too.
    const steps = Math.min(most, this.grows.steps - 1);
    if (steps <= 0) return;
    this.growth = this.grows.growth;
    this.second = last === executing ? executing.duration + this.growth : last.duration;
    this.steps = this.stepsWithinPool(steps);
  }

  /** End of the step behind which the next boundary that must be visited lies. */
  end(): Ticks {
    return endOfStep(this, this.steps);
  }

  /** Something has happened at `now`: the stretch ends with the step that is under way. */
  cut(now: Ticks): void {
    if (this.steps > 0) this.steps = firstStepEndingAt(this, now);
  }

  /** Whether a pass yields a token for each running sequence, and nothing else but wasted rows. */
  private continues(executing: SchedulingPass): boolean {
    const { rows, sequences, samples } = executing;
    let sampled = executing.grouped;
    for (let row = 0; row < rows; row++) {
      const sequence = sequences[row];
      if (sequence?.status === 'running' && samples[row] === 1 && sequence.place === NOT_GROUPED) sampled++;
      else if (sequence?.status !== 'finished') return false;
    }
    return sampled === this.core.running.length;
  }

  /** Boundaries before the one at which a sequence gets its first token, ends, or has all its tokens scheduled. */
  private stepsUntilAnEnd(scheduledAhead: number): number {
    const { slackCounts, toldBlocks } = this;
    const { attended, group, kv } = this.core;
    const window = kv.windows?.one;
    let steps = group.firstLeaves - group.processed - 1;
    group.countSlack(slackCounts);
    if (window !== undefined) this.releaseCounts.fill(0);
    for (const sequence of attended) {
      const { limit, stopsAt, outputs, slots, computed, tokens, cacheAt, table } = sequence;
      if (outputs === 0) return 0;
      if (limit - outputs - scheduledAhead < steps) steps = limit - outputs - scheduledAhead;
      if (stopsAt - outputs - 1 < steps) steps = stopsAt - outputs - 1;
      const slack = slots - computed;
      slackCounts[slack] = (slackCounts[slack] ?? 0) + 1;
      if (toldBlocks) steps = Math.min(steps, slack, cacheAt - 1 - Math.min(computed, tokens));
      if (window === undefined) continue;
      const [blocks] = table.windows;
      if (blocks !== undefined)
        steps = Math.min(steps, this.stepsInWindow(window, blocks, computed + 1 - scheduledAhead));
    }
    return steps;
  }

  /**
   * Steps of a leap that a sequence's window allows: blocks that hold nothing findable may leave it, one every so many
   * steps; anything else is a boundary to visit.
   */
  private stepsInWindow(manager: SlidingWindowManager, table: WindowBlocks, processed: Tokens): number {
    const untilNext = manager.passesUntilSkip(table.nulls, processed);
    if (untilNext < 0) return 0;
    const { releaseCounts } = this;
    if (untilNext >= releaseCounts.length) return untilNext;
    releaseCounts[untilNext] = (releaseCounts[untilNext] ?? 0) + 1;
    return manager.passesUntilSkip(table.blankUntil, processed);
  }

  /**
   * At most `steps`, so that the blocks for one more token a sequence are free at each boundary, even if none comes free
   * before.
   */
  private stepsWithinPool(steps: number): number {
    const { slackCounts, core } = this;
    const free = Math.floor(core.kv.pool.free / core.kv.groups);
    // As if all of them needed a block at once.
    if (core.running.length * Math.ceil(steps / slackCounts.length) <= free) return steps;
    if (blocksFor(slackCounts, steps) <= free) return steps;
    let low = 0;
    let high = steps;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (blocksFor(slackCounts, middle) <= free) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Blocks that `counts[slack]` sequences need for `tokens` more tokens each, when `slack` tokens fit in what they have. */
export function blocksFor(counts: Int32Array, tokens: number): Blocks {
  const blockSize = counts.length;
  let blocks = 0;
  for (let slack = 0; slack < blockSize && slack < tokens; slack++) {
    const count = counts[slack] ?? 0;
    if (count > 0) blocks += count * Math.ceil((tokens - slack) / blockSize);
  }
  return blocks;
}
