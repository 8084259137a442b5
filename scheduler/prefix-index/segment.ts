import { invariant } from '../../base/invariant.ts';

/**
 * Blocks from … to-1 of one bucket that one endpoint is believed to hold, all touched at once: a place in the order of
 * use, older towards `from`. A segment stands in exactly one SegmentList.
 */
export class Segment {
  readonly holder: Holder;
  from: number;
  to: number;
  list: SegmentList | undefined = undefined;
  older: Segment | undefined = undefined;
  newer: Segment | undefined = undefined;

  constructor(holder: Holder, from: number, to: number) {
    this.holder = holder;
    this.from = from;
    this.to = to;
  }
}

/** What one endpoint holds of one bucket: disjoint segments in the order of their blocks. */
export class Holder {
  readonly bucket: Bucket;
  readonly endpoint: number;
  readonly segments: Segment[] = [];

  constructor(bucket: Bucket, endpoint: number) {
    this.bucket = bucket;
    this.endpoint = endpoint;
  }

  /** Position of the first segment that ends after `block`. */
  firstAfter(block: number): number {
    const { segments } = this;
    let low = 0;
    let high = segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((segments[middle]?.to ?? 0) > block) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** End of the blocks that are held without a gap from `block` on; `block` itself when it is not held. */
  reach(block: number): number {
    const { segments } = this;
    let end = block;
    for (let i = segments.length === 1 ? 0 : this.firstAfter(block); i < segments.length; i++) {
      const segment = segments[i];
      if (segment === undefined || segment.from > end) break;
      if (segment.to > end) end = segment.to;
    }
    return end;
  }

  /** How many of the blocks from … to-1 are held. */
  overlap(from: number, to: number): number {
    const { segments } = this;
    let blocks = 0;
    for (let i = segments.length === 1 ? 0 : this.firstAfter(from); i < segments.length; i++) {
      const segment = segments[i];
      if (segment === undefined || segment.from >= to) break;
      const start = segment.from > from ? segment.from : from;
      const end = segment.to < to ? segment.to : to;
      if (end > start) blocks += end - start;
    }
    return blocks;
  }
}

/** Blocks whose keys share a run, and who holds them; gone from its space when nobody does. */
export class Bucket {
  readonly space: Map<number, Bucket>;
  readonly key: number;
  readonly holders: Holder[] = [];

  constructor(space: Map<number, Bucket>, key: number) {
    this.space = space;
    this.key = key;
  }

  holder(endpoint: number): Holder | undefined {
    const { holders } = this;
    for (let i = 0; i < holders.length; i++) {
      if (holders[i]?.endpoint === endpoint) return holders[i];
    }
    return undefined;
  }
}

/** Segments of one endpoint in the order of their use, linked; `blocks` is the sum of their lengths. */
export class SegmentList {
  blocks = 0;
  oldest: Segment | undefined = undefined;
  newest: Segment | undefined = undefined;

  append(segment: Segment): void {
    this.insertAfter(segment, this.newest);
  }

  /** `place` undefined = as the oldest. */
  insertAfter(segment: Segment, place: Segment | undefined): void {
    segment.list = this;
    segment.older = place;
    segment.newer = place === undefined ? this.oldest : place.newer;
    if (segment.newer === undefined) this.newest = segment;
    else segment.newer.older = segment;
    if (place === undefined) this.oldest = segment;
    else place.newer = segment;
    this.blocks += segment.to - segment.from;
  }

  remove(segment: Segment): void {
    invariant(segment.list === this, 'a segment leaves the list that it is in');
    if (segment.older === undefined) this.oldest = segment.newer;
    else segment.older.newer = segment.newer;
    if (segment.newer === undefined) this.newest = segment.older;
    else segment.newer.older = segment.older;
    segment.list = undefined;
    segment.older = undefined;
    segment.newer = undefined;
    this.blocks -= segment.to - segment.from;
  }
}
