import type { Blocks, Ticks } from '../../base/units.ts';
import type { StepGrowth, StepTimer } from '../latency/step-time-model.ts';
import type { EngineConfig } from './engine-config.ts';
import type { EngineCore } from './engine-core.ts';
import type { SchedulingPass } from './scheduling-pass.ts';
import type { RowShape } from './row-shape.ts';

/**
 * A stretch of steps in which nothing changes but that every running sequence gains a token. Step k (from 0, the one that
 * is running when the stretch begins) takes first + k * growth ticks, so that every instant of it is known without
 * stepping there. The boundaries behind its first `steps` steps need not be visited.
 */
export class Leap {
  steps = 0;
  start: Ticks = 0;
  first: Ticks = 0;
  growth: Ticks = 0;
  /** Sequences by the tokens that still fit in the blocks that they have. */
  readonly slackCounts: Int32Array;
  private readonly config: EngineConfig;
  private readonly core: EngineCore;
  private readonly timer: StepTimer;
  private readonly shape: RowShape;
  private readonly grows: StepGrowth = { growth: 0, steps: 0 };

  constructor(config: EngineConfig, core: EngineCore, timer: StepTimer, shape: RowShape) {
    this.config = config;
    this.core = core;
    this.timer = timer;
    this.shape = shape;
    this.slackCounts = new Int32Array(config.blockSize);
  }

  /** The longest stretch that begins with `executing`; `composed` is the pass behind it, if there is one. */
  plan(start: Ticks, executing: SchedulingPass, composed: SchedulingPass | undefined): void {
    this.start = start;
    this.first = executing.duration;
    this.growth = 0;
    this.steps = 0;
    if (!this.isSteady(executing, composed)) return;
    const untilChange = this.stepsUntilAnEnd(executing);
    if (untilChange <= 0) return;
    this.shape.fill(executing);
    this.timer.growth(this.shape, this.grows);
    // The pass behind the last step must be on the same line, too.
    const steps = Math.min(untilChange, this.grows.steps - (composed === undefined ? 1 : 2));
    if (steps <= 0) return;
    this.growth = this.grows.growth;
    this.steps = this.stepsWithinPool(steps);
  }

  /** End of the step in which the next boundary that must be visited lies. */
  end(): Ticks {
    return endOfStep(this.start, this.first, this.growth, this.steps);
  }

  /** Something has happened at `now`: the stretch ends with the step that is under way. */
  cut(now: Ticks): void {
    if (this.steps > 0) this.steps = firstStepEndingAt(this.start, this.first, this.growth, this.steps, now);
  }

  private isSteady(executing: SchedulingPass, composed: SchedulingPass | undefined): boolean {
    const { core, config } = this;
    if (!executing.steady || executing.rows !== core.running.length) return false;
    if (
      config.asyncScheduling &&
      (composed === undefined || !composed.steady || composed.rows !== executing.rows)
    ) {
      return false;
    }
    // What waits cannot be admitted before something ends: blocks only become fewer, and slots stay taken. Only with
    // both free might a lookup find more than before.
    return core.waitingCount === 0 || core.running.length >= core.maxRunning;
  }

  /** Boundaries before the one at which a sequence gets its first token, ends, or has all its tokens scheduled. */
  private stepsUntilAnEnd(executing: SchedulingPass): number {
    const { running } = this.core;
    const scheduledAhead = this.config.asyncScheduling ? 2 : 1;
    let steps = Infinity;
    for (let row = 0; row < running.length; row++) {
      const sequence = running[row];
      // The row of a sequence that has ended may stand where another one runs by now.
      if (sequence === undefined || executing.sequences[row] !== sequence) return 0;
      const { limit, stopsAt, outputs } = sequence;
      if (outputs === 0) return 0;
      steps = Math.min(steps, limit - outputs - scheduledAhead, stopsAt - outputs - 1);
    }
    return steps;
  }

  /** At most `steps`, so that the blocks for one more token a sequence are free at each boundary. */
  private stepsWithinPool(steps: number): number {
    const { slackCounts, config, core } = this;
    const { free } = core.kv.pool;
    slackCounts.fill(0);
    for (const { blocks, computed } of core.running) {
      const slack = blocks * config.blockSize - computed;
      slackCounts[slack] = (slackCounts[slack] ?? 0) + 1;
    }
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

/** End of step `k` of a stretch that began at `start`. All terms are integers below 2^53: the sum is exact. */
export function endOfStep(start: Ticks, first: Ticks, growth: Ticks, k: number): Ticks {
  return start + (k + 1) * first + growth * ((k * (k + 1)) / 2);
}

/** The first step that ends at or after `time`, at most `most`. */
export function firstStepEndingAt(
  start: Ticks,
  first: Ticks,
  growth: Ticks,
  most: number,
  time: Ticks,
): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (endOfStep(start, first, growth, middle) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
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
