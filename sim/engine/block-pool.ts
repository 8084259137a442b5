import { invariant } from '../../base/invariant.ts';
import { blockKey, type Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';
import { FreeQueue } from './free-queue.ts';
import { Segment } from './segment.ts';

/** Hears which cached blocks can be found and which can no longer. */
export interface CacheListener {
  /** `parentKey`: key of block lo - 1, undefined at the start of a prompt. */
  stored(run: Run, lo: Blocks, hi: Blocks, parentKey: number | undefined): void;
  removed(run: Run, lo: Blocks, hi: Blocks): void;
}

/** Part of a prefix hit: blocks lo … hi-1 of a segment. */
export interface Hit {
  segment: Segment;
  lo: Blocks;
  hi: Blocks;
}

/*
 * vLLM's block pool and its hash table, on segments instead of blocks (equal to it in hits, free count and the order of
 * the free queue; the per-block pool in test/ is the judge). Layout: the free queue owns the segments that nobody holds;
 * a map from run to its cached segments, in order of insertion, stands for the hash table.
 */
export class BlockPool {
  readonly blocks: Blocks;
  private readonly queue: FreeQueue;
  private readonly cached = new Map<number, Segment[]>();
  private readonly listener: CacheListener | undefined;
  private sequence = 0;

  /** `blocks` usable ones: vLLM's number less the null block. */
  constructor(blocks: Blocks, listener: CacheListener | undefined) {
    this.blocks = blocks;
    this.queue = new FreeQueue(blocks);
    this.listener = listener;
  }

  /** Free blocks, cached ones that nobody holds included. */
  get free(): Blocks {
    return this.queue.size;
  }

  /** Takes `blocks` blocks from the front of the free queue; what was cached in them is lost. */
  take(blocks: Blocks): void {
    let wanted = blocks;
    while (wanted > 0) {
      const { front } = this.queue;
      invariant(front !== undefined, 'blocks are taken only when they are free', { blocks });
      const taken = Math.min(wanted, front.hi - front.lo);
      if (front.run !== undefined) this.listener?.removed(front.run, front.hi - taken, front.hi);
      this.queue.takeFromFront(front, taken);
      if (front.run !== undefined && front.hi === front.lo) this.forget(front.run, front);
      wanted -= taken;
    }
  }

  /** Gives back blocks without content. */
  giveBack(blocks: Blocks): void {
    this.queue.prepend(blocks);
  }

  /**
   * The segment in which a lookup finds block `index` of a run, and how far it goes on finding blocks there: the copy that
   * entered the cache first, until it ends or an earlier copy begins. Undefined = not cached.
   */
  find(run: Run, index: Blocks, into: Hit): boolean {
    const segments = this.cached.get(run.id);
    if (segments === undefined) return false;
    let found: Segment | undefined;
    for (const segment of segments) {
      if (
        segment.lo <= index &&
        index < segment.hi &&
        (found === undefined || segment.sequence < found.sequence)
      ) {
        found = segment;
      }
    }
    if (found === undefined) return false;
    let end = found.hi;
    for (const other of segments) {
      if (other.sequence < found.sequence && other.lo > index && other.lo < end) end = other.lo;
    }
    into.segment = found;
    into.lo = index;
    into.hi = end;
    return true;
  }

  /** Holds a hit: its blocks leave the free queue if they lay there. Returns the first of the segments that it covers. */
  hold({ segment, lo, hi }: Hit): Segment {
    const first = lo > segment.lo ? this.split(segment, lo) : segment;
    if (hi < first.hi) this.split(first, hi);
    if (first.holders === 0) this.queue.remove(first);
    first.holders++;
    return first;
  }

  /** Enters blocks lo … hi-1 of a run, which one request holds, into the cache. `last`: the segment of its block lo - 1. */
  store(run: Run, lo: Blocks, hi: Blocks, last: Segment | undefined): Segment {
    this.listener?.stored(run, lo, hi, last?.run && blockKey(last.run, lo - 1));
    let segments = this.cached.get(run.id);
    if (segments === undefined) {
      segments = [];
      this.cached.set(run.id, segments);
    }
    if (
      last !== undefined &&
      last.run === run &&
      last.hi === lo &&
      last.holders === 1 &&
      segments.length === 1
    ) {
      last.hi = hi;
      return last;
    }
    const segment = new Segment(run, lo, hi, 1, this.sequence++);
    segments.push(segment);
    return segment;
  }

  /** Lets go of the blocks up to `hi` of the segments that begin with `first`, tail first. */
  release(first: Segment, hi: Blocks): void {
    let last = first;
    while (last.hi < hi && last.right !== undefined) last = last.right;
    for (let segment: Segment | undefined = last; segment !== undefined; segment = segment.left) {
      segment.holders--;
      if (segment.holders === 0) this.queue.append(segment);
      if (segment === first) break;
    }
  }

  /** Throws unless held and free blocks add up and every cached segment is either held or free. */
  check(heldWithoutContent: Blocks): void {
    let held = heldWithoutContent;
    let cachedFree = 0;
    for (const segments of this.cached.values()) {
      for (const { holders, lo, hi } of segments) {
        invariant(hi > lo && holders >= 0, 'a cached segment has blocks', { lo, hi, holders });
        if (holders > 0) held += hi - lo;
        else cachedFree += hi - lo;
      }
    }
    invariant(cachedFree <= this.free, 'free cached blocks are free', { cachedFree, free: this.free });
    invariant(held + this.free === this.blocks, 'KV blocks used + free = total', { held, free: this.free });
  }

  /** Cuts a segment at block `at`: it keeps the lower part, the upper one is returned. */
  private split(segment: Segment, at: Blocks): Segment {
    const { run } = segment;
    invariant(run !== undefined && segment.lo < at && at < segment.hi, 'a cut lies inside a cached segment', {
      at,
    });
    const upper = new Segment(run, at, segment.hi, segment.holders, segment.sequence);
    upper.right = segment.right;
    if (upper.right !== undefined) upper.right.left = upper;
    upper.left = segment;
    segment.right = upper;
    if (segment.holders === 0) this.queue.insertUpper(upper, segment);
    segment.hi = at;
    this.cached.get(run.id)?.push(upper);
    return upper;
  }

  private forget(run: Run, segment: Segment): void {
    if (segment.left !== undefined) segment.left.right = segment.right;
    if (segment.right !== undefined) segment.right.left = segment.left;
    const segments = this.cached.get(run.id);
    if (segments === undefined) return;
    if (segments.length === 1) this.cached.delete(run.id);
    else segments.splice(segments.indexOf(segment), 1);
  }
}
