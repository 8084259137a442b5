import type { Distribution } from '../../documents/run-report.ts';

/*
 * Counts of durations in buckets at most 0.1 % wide, whatever their size. Layout: a positive float64 orders like its
 * bits, so the upper 22 of them (sign, exponent, ten bits of mantissa) number the bucket: 1,024 buckets an octave. Only
 * the octaves that occur are allocated, one Float64Array each.
 */
const BUCKETS_PER_OCTAVE = 1024;

/** Widest bucket relative to its lower edge. */
export const HISTOGRAM_RESOLUTION = 1 / BUCKETS_PER_OCTAVE;

export class DurationHistogram {
  private readonly octaves = new Map<number, Float64Array>();
  private count = 0;
  private sum = 0;
  private max = 0;

  add(duration: number): void {
    this.count++;
    this.sum += duration;
    if (duration > this.max) this.max = duration;
    this.addToBucket(bucketOf(duration), 1);
  }

  /** `weight` observations of each of first, first + growth, … (`steps` terms, growth >= 0, all above 0). */
  addProgression(weight: number, first: number, growth: number, steps: number): void {
    const last = first + growth * (steps - 1);
    this.count += weight * steps;
    this.sum += weight * (steps * first + (growth * steps * (steps - 1)) / 2);
    if (last > this.max) this.max = last;
    let term = 0;
    while (term < steps) {
      const bucket = bucketOf(first + growth * term);
      let end = steps;
      if (growth > 0 && bucketOf(last) !== bucket) {
        end = Math.max(term + 1, Math.min(steps, Math.ceil((lowerEdge(bucket + 1) - first) / growth)));
      }
      this.addToBucket(bucket, weight * (end - term));
      term = end;
    }
  }

  /** Seconds; durations were added in units of `unit` seconds. */
  distribution(unit: number): Distribution {
    if (this.count === 0) return { unit: 's', count: 0 };
    const buckets = this.sortedBuckets();
    const at = (share: number): number => Math.min(this.quantile(buckets, share), this.max) * unit;
    return {
      unit: 's',
      count: this.count,
      mean: (this.sum / this.count) * unit,
      p50: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      max: this.max * unit,
      resolution: HISTOGRAM_RESOLUTION,
    };
  }

  private addToBucket(bucket: number, weight: number): void {
    const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE);
    let counts = this.octaves.get(octave);
    if (counts === undefined) {
      counts = new Float64Array(BUCKETS_PER_OCTAVE);
      this.octaves.set(octave, counts);
    }
    const within = bucket % BUCKETS_PER_OCTAVE;
    counts[within] = (counts[within] ?? 0) + weight;
  }

  private sortedBuckets(): { bucket: number; count: number }[] {
    return [...this.octaves]
      .sort(([a], [b]) => a - b)
      .flatMap(([octave, counts]) =>
        Array.from(counts, (count, within) => ({ bucket: octave * BUCKETS_PER_OCTAVE + within, count })),
      )
      .filter(({ count }) => count > 0);
  }

  /** Linear interpolation by rank inside the bucket that holds the rank. */
  private quantile(buckets: readonly { bucket: number; count: number }[], share: number): number {
    const rank = share * (this.count - 1);
    let below = 0;
    for (const { bucket, count } of buckets) {
      if (rank < below + count) {
        const low = lowerEdge(bucket);
        if (low === 0) return low; // the bucket of those that took no time
        return low + ((rank - below) / count) * (lowerEdge(bucket + 1) - low);
      }
      below += count;
    }
    return this.max;
  }
}

const view = new DataView(new ArrayBuffer(8));

function bucketOf(value: number): number {
  view.setFloat64(0, value);
  return view.getUint32(0) >>> 10;
}

function lowerEdge(bucket: number): number {
  view.setUint32(0, bucket << 10);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}
