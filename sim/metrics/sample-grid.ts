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

  /** Mean of a series' samples in each of `count` equal bins from `from` to `to`; the last one before a bin that has none. */
  means(samples: Float64Array, from: Ticks, to: Ticks, count: number): Float64Array {
    const width = (to - from) / count;
    return Float64Array.from({ length: count }, (_, bin) => {
      const first = Math.ceil((from + bin * width) / this.spacing);
      const end = Math.ceil((from + (bin + 1) * width) / this.spacing);
      if (end <= first) return samples[Math.max(0, first - 1)] ?? 0;
      let sum = 0;
      for (let index = first; index < end; index++) sum += samples[index] ?? 0;
      return sum / (end - first);
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
