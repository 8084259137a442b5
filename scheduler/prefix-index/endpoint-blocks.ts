import { invariant } from '../../base/invariant.ts';
import type { Blocks } from '../../base/units.ts';
import type { Bucket } from './bucket.ts';
import { SegmentList, type Segment } from './segment.ts';

/*
 * Memory: per bucket that the endpoint holds something of, a chain of segments in block order, which stands in the bucket if
 * the endpoint is its owner and else in a Map; through all segments two doubly linked lists in the order of use, one for the
 * blocks within the capacity and one for those beyond it.
 */

/** Blocks beyond its capacity that an endpoint may be credited with; the picker has no limit. */
const GHOST_LIMIT = 2 ** 20;

/**
 * What one endpoint holds, in the order of use: at most `capacity` blocks, least recently used out, and the ghosts: blocks
 * that are held beyond the capacity until they are used again. Keeps the buckets' holder sets in step.
 */
export class EndpointBlocks {
  readonly endpoint: number;
  private readonly capacity: Blocks;
  private readonly used = new SegmentList();
  private readonly ghosts = new SegmentList();
  /** First segments, of the buckets that have another owner. */
  private readonly chains = new Map<Bucket, Segment>();

  constructor(endpoint: number, capacity: Blocks) {
    this.endpoint = endpoint;
    this.capacity = capacity;
  }

  /** Blocks within the capacity. */
  get blocks(): Blocks {
    return this.used.blocks;
  }

  /** Whether an addition of so many blocks stays within the capacity. */
  fits(blocks: Blocks): boolean {
    return blocks <= this.capacity;
  }

  /** Makes from … to-1 the most recently used blocks, whether they were held or not. May exceed the capacity: see `trim`. */
  touch(bucket: Bucket, from: number, to: number): void {
    const first = this.chainOf(bucket);
    if (first !== undefined && first.from === from && first.to === to && first.list === this.used) {
      this.used.remove(first);
      this.used.append(first);
      return;
    }
    this.fillGaps(bucket, from, to);
    this.cutOut(bucket, from, to);
    const { newest } = this.used;
    if (newest?.bucket === bucket && newest.to === from) {
      newest.to = to;
      this.used.blocks += to - from;
    } else this.insert(bucket, from, to, this.used, this.used.newest);
  }

  /** Drops the least recently used blocks beyond the capacity. */
  trim(): void {
    this.shrink(this.used, this.capacity);
  }

  /** Holds those of from … to-1 that are not held, beyond the capacity. */
  keepGhosts(bucket: Bucket, from: number, to: number): void {
    let block = from;
    let segment = this.chainOf(bucket);
    while (block < to) {
      while (segment !== undefined && segment.to <= block) segment = segment.next;
      const end = Math.min(segment?.from ?? to, to);
      if (end > block) {
        // The bucket left its space if nobody else held anything of it.
        bucket.space.set(bucket.key, bucket);
        bucket.hold(block, end, this);
        this.insert(bucket, block, end, this.ghosts, this.ghosts.newest);
      }
      block = Math.max(end, Math.min(segment?.to ?? to, to));
    }
    this.shrink(this.ghosts, GHOST_LIMIT);
  }

  /** Lets go of everything. */
  clear(): void {
    this.shrink(this.used, 0);
    this.shrink(this.ghosts, 0);
  }

  /** Enters the endpoint as the holder of those blocks of which it is not. */
  private fillGaps(bucket: Bucket, from: number, to: number): void {
    let block = from;
    for (let segment = this.chainOf(bucket); segment !== undefined && block < to; segment = segment.next) {
      if (segment.to <= block) continue;
      if (segment.from > block) bucket.hold(block, Math.min(segment.from, to), this);
      block = segment.to;
    }
    if (block < to) bucket.hold(block, to, this);
  }

  /** Takes from … to-1 out of the order of use; the holder sets stay. */
  private cutOut(bucket: Bucket, from: number, to: number): void {
    let segment = this.chainOf(bucket);
    while (segment !== undefined && segment.from < to) {
      const { next } = segment;
      if (segment.to > from) {
        const end = segment.to;
        if (segment.from < from && end > to) {
          segment.list.resize(segment, segment.from, to);
          this.insert(bucket, to, end, segment.list, segment);
        }
        if (segment.from < from) segment.list.resize(segment, segment.from, from);
        else if (segment.to > to) segment.list.resize(segment, to, segment.to);
        else this.drop(segment);
      }
      segment = next;
    }
  }

  /** A new segment, in block order and, in `list`, next newer than `older`. */
  private insert(
    bucket: Bucket,
    from: number,
    to: number,
    list: SegmentList,
    older: Segment | undefined,
  ): void {
    const segment: Segment = { bucket, from, to, list, older: undefined, newer: undefined, next: undefined };
    let before: Segment | undefined;
    let after = this.chainOf(bucket);
    while (after !== undefined && after.from < from) {
      before = after;
      after = after.next;
    }
    segment.next = after;
    if (before === undefined) this.setChain(bucket, segment);
    else before.next = segment;
    list.insertAfter(segment, older);
  }

  private shrink(list: SegmentList, capacity: Blocks): void {
    while (list.blocks > capacity) {
      const segment = list.oldest;
      invariant(segment !== undefined, 'blocks of a list are in segments', { blocks: list.blocks });
      const cut = Math.min(list.blocks - capacity, segment.to - segment.from);
      const { bucket, from } = segment;
      if (segment.to - from === cut) this.drop(segment);
      else list.resize(segment, from + cut, segment.to);
      bucket.release(from, from + cut, this.endpoint);
    }
  }

  private drop(segment: Segment): void {
    segment.list.remove(segment);
    const { bucket, next } = segment;
    let before = this.chainOf(bucket);
    if (before === segment) {
      this.setChain(bucket, next);
      return;
    }
    while (before !== undefined && before.next !== segment) before = before.next;
    if (before !== undefined) before.next = next;
  }
  private chainOf(bucket: Bucket): Segment | undefined {
    return bucket.owner === this ? bucket.chain : this.chains.get(bucket);
  }

  /** Who comes first to a bucket becomes its owner, as long as it holds something of it. */
  private setChain(bucket: Bucket, first: Segment | undefined): void {
    if (bucket.owner === this || bucket.isFree) {
      bucket.owner = first === undefined ? undefined : this;
      bucket.chain = first;
    } else if (first === undefined) this.chains.delete(bucket);
    else this.chains.set(bucket, first);
  }
}
