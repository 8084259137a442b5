import type { StepGrowth, StepShape, StepTimeModel, StepTimer } from '../latency/step-time-model.ts';

/**
 * The step times of a replica that becomes slower. A factor stretches the clock on which the model counts its ticks: each
 * of its roundings is then of a stretched time, and the growth of steps stays exact. As long as a change is ahead, steps
 * are taken one by one: a leap would go on at the old pace beyond it.
 */
export class Pace {
  private changesAhead: number;
  private factor = 1;
  private timers: PacedTimer[] = [];

  constructor(changes: number) {
    this.changesAhead = changes;
  }

  /** A timer of `model` that follows this pace, instead of those before it. */
  timer(model: StepTimeModel, ticksPerSecond: number): StepTimer {
    const timer = new PacedTimer(model, ticksPerSecond);
    timer.change(this.factor, this.changesAhead > 0);
    this.timers = [timer];
    return timer;
  }

  /** Passes composed from now on take `factor` times the model's time. */
  change(factor: number): void {
    this.factor = factor;
    this.changesAhead--;
    for (const timer of this.timers) timer.change(factor, this.changesAhead > 0);
  }
}

class PacedTimer implements StepTimer {
  private readonly model: StepTimeModel;
  private readonly ticksPerSecond: number;
  private timer: StepTimer;
  private willChange = true;

  constructor(model: StepTimeModel, ticksPerSecond: number) {
    this.model = model;
    this.ticksPerSecond = ticksPerSecond;
    this.timer = model.timer(ticksPerSecond);
  }

  change(factor: number, willChange: boolean): void {
    this.timer = this.model.timer(this.ticksPerSecond * factor);
    this.willChange = willChange;
  }

  step(shape: StepShape): number {
    return this.timer.step(shape);
  }

  growth(shape: StepShape, into: StepGrowth): void {
    this.timer.growth(shape, into);
    if (this.willChange) into.steps = 0;
  }
}
