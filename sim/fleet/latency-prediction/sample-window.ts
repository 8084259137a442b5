import type { Random } from '../../../base/random.ts';
import type { LatencyFeatures } from '../../../scheduler/latency-predictor.ts';

/** Lower ends of the bands of waiting requests: 0, 1-2, 3-5, 6-10, 11 and more. */
const QUEUE_BANDS = [1, 3, 6, 11];
const KV_BANDS = 20;
const PREFIX_BANDS = 4;

/**
 * The samples that a model is trained on: kept apart by waiting requests, KV usage (5 % each) and matched share (quarters), so
 * that a common state does not crowd out a rare one. A full bucket loses one of its samples, drawn at random.
 * Source: docs of llm-d/llm-d-latency-predictor, "Stratified sliding window" (2026).
 */
export class SampleWindow {
  private readonly perBucket: number;
  private readonly random: Random;
  private readonly buckets = new Map<number, Sample[]>();
  private count = 0;

  constructor(perBucket: number, random: Random) {
    this.perBucket = perBucket;
    this.random = random;
  }

  get size(): number {
    return this.count;
  }

  add(features: LatencyFeatures, row: Float64Array, answer: number): void {
    const key = bucketOf(features);
    let bucket = this.buckets.get(key);
    if (bucket === undefined) this.buckets.set(key, (bucket = []));
    const sample = { row, answer };
    if (bucket.length < this.perBucket) {
      bucket.push(sample);
      this.count++;
    } else {
      bucket[this.random.integer(bucket.length)] = sample;
    }
  }

  samples(): Sample[] {
    return [...this.buckets.values()].flat();
  }
}

interface Sample {
  readonly row: Float64Array;
  readonly answer: number;
}

function bucketOf({ numRequestWaiting, kvCachePercentage, prefixCacheScore }: LatencyFeatures): number {
  const queue = QUEUE_BANDS.filter((least) => numRequestWaiting >= least).length;
  return (
    (queue * KV_BANDS + band(kvCachePercentage, KV_BANDS)) * PREFIX_BANDS +
    band(prefixCacheScore, PREFIX_BANDS)
  );
}

/** Which of `bands` equal parts of 0..1 a share falls into. */
function band(share: number, bands: number): number {
  return Math.max(0, Math.min(bands - 1, Math.floor(share * bands)));
}
