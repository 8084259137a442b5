import type { Ticks } from '../../base/units.ts';

/*
 * Samples of step functions at equally spaced instants, without knowing how long the run will be: the grid starts fine;
 * when an instant lies beyond its capacity the spacing doubles and every second sample is dropped. Layout: one
 * Float64Array per series, index k = the value at k * step.
 */
const CAPACITY = 4096;

/** The common grid of a run's series. */
export class SampleGrid {
  private spacing: Ticks;
  private readonly series: Float64Array[] = [];

  constructor(spacing: Ticks) {
    this.spacing = spacing;
  }

  get step(): Ticks {
    return this.spacing;
  }

  /** A series of samples, 0 where none was taken yet. */
  add(): Float64Array {
    const samples = new Float64Array(CAPACITY);
    this.series.push(samples);
    return samples;
  }

  /** First grid index at or after `time`; makes the grid coarser until `until` has an index. */
  indexFrom(time: Ticks, until: Ticks): number {
    while (until >= this.spacing * CAPACITY) this.coarsen();
    return Math.ceil(time / this.spacing);
  }

  /** Values of a series at `count` + 1 equally spaced instants from `from` to `to`: the grid sample at or before each. */
  resample(samples: Float64Array, from: Ticks, to: Ticks, count: number): number[] {
    return Array.from({ length: count + 1 }, (_, k) => {
      const index = Math.floor((from + ((to - from) * k) / count) / this.spacing);
      return samples[Math.min(index, CAPACITY - 1)] ?? 0;
    });
  }

  private coarsen(): void {
    this.spacing *= 2;
    for (const samples of this.series) {
      for (let index = 0; index < CAPACITY / 2; index++) samples[index] = samples[2 * index] ?? 0;
      samples.fill(0, CAPACITY / 2);
    }
  }
}
