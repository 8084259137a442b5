import type { Ticks, Tokens } from '../../base/units.ts';
import type { SampleGrid } from './sample-grid.ts';

/** Tokens that requests have brought into the system, less those that left it unserved: a step function of time. */
export class WorkMeter {
  readonly samples: Float64Array;
  private readonly grid: SampleGrid;
  private brought: Tokens = 0;
  private until: Ticks = 0;

  constructor(grid: SampleGrid) {
    this.grid = grid;
    this.samples = grid.add();
  }

  /** `tokens` arrive, or leave when negative. Instants never decrease. */
  change(at: Ticks, tokens: Tokens): void {
    this.fillTo(at);
    this.brought += tokens;
  }

  /** Carries the state on to `end`. */
  close(end: Ticks): void {
    this.fillTo(end + this.grid.step);
  }

  /** A sample at the very instant of a change sees the state after it. */
  private fillTo(at: Ticks): void {
    const first = this.grid.indexFrom(this.until, at);
    for (let index = first; index * this.grid.step < at; index++) this.samples[index] = this.brought;
    this.until = at;
  }
}
