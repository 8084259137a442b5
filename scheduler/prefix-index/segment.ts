import type { Blocks } from '../../base/units.ts';
import type { Bucket } from './bucket.ts';

/** Blocks from … to-1 of a bucket that an endpoint used at once; older towards `from`. In exactly one list. */
export interface Segment {
  readonly bucket: Bucket;
  from: number;
  to: number;
  list: SegmentList;
  older: Segment | undefined;
  newer: Segment | undefined;
  /** The endpoint's next one of the same bucket, in block order. */
  next: Segment | undefined;
}

/** Segments in the order of their use; `blocks` is the sum of their lengths. */
export class SegmentList {
  blocks: Blocks = 0;
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
    if (segment.older === undefined) this.oldest = segment.newer;
    else segment.older.newer = segment.newer;
    if (segment.newer === undefined) this.newest = segment.older;
    else segment.newer.older = segment.older;
    this.blocks -= segment.to - segment.from;
  }

  resize(segment: Segment, from: number, to: number): void {
    this.blocks += to - from - (segment.to - segment.from);
    segment.from = from;
    segment.to = to;
  }
}
