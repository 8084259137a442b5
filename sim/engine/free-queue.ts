import type { Blocks } from '../../base/units.ts';
import { Segment } from './segment.ts';

/*
 * vLLM's free block queue. Blocks leave at the front. A cached segment lies in it with its last block first, because a
 * request frees its blocks tail first; taking blocks from it therefore lowers `hi`. Layout: a doubly linked list of
 * segments between two sentinels.
 */
export class FreeQueue {
  private readonly head = new Segment(undefined, 0, 0, 0, 0);
  private readonly tail = new Segment(undefined, 0, 0, 0, 0);
  private count: Blocks = 0;

  constructor(blocks: Blocks) {
    this.head.after = this.tail;
    this.tail.before = this.head;
    if (blocks > 0) this.insert(new Segment(undefined, 0, blocks, 0, 0), this.head);
  }

  /** Free blocks, cached ones included. */
  get size(): Blocks {
    return this.count;
  }

  get front(): Segment | undefined {
    const { after } = this.head;
    return after === this.tail ? undefined : after;
  }

  /** Blocks without content go to the front. */
  prepend(blocks: Blocks): void {
    if (blocks === 0) return;
    const { front } = this;
    if (front !== undefined && front.run === undefined) {
      front.hi += blocks;
      this.count += blocks;
    } else {
      this.insert(new Segment(undefined, 0, blocks, 0, 0), this.head);
    }
  }

  /** A cached segment that nobody holds any more goes to the back. */
  append(segment: Segment): void {
    const { before } = this.tail;
    if (before !== undefined) this.insert(segment, before);
  }

  /** Takes a cached segment out: somebody holds it again. */
  remove(segment: Segment): void {
    const { before, after } = segment;
    if (before === undefined || after === undefined) return;
    before.after = after;
    after.before = before;
    segment.before = undefined;
    segment.after = undefined;
    this.count -= segment.hi - segment.lo;
  }

  /** Takes `blocks` of the front segment's blocks away; it leaves the queue when it has none left. */
  takeFromFront(segment: Segment, blocks: Blocks): void {
    segment.hi -= blocks;
    this.count -= blocks;
    if (segment.hi === segment.lo) this.remove(segment);
  }

  /** Puts the upper part of a split segment in front of the lower one, where its blocks already were. */
  insertUpper(upper: Segment, lower: Segment): void {
    const { before } = lower;
    if (before === undefined) return;
    this.count -= upper.hi - upper.lo;
    this.insert(upper, before);
  }

  private insert(segment: Segment, after: Segment): void {
    const next = after.after;
    segment.before = after;
    segment.after = next;
    after.after = segment;
    if (next !== undefined) next.before = segment;
    this.count += segment.hi - segment.lo;
  }
}
