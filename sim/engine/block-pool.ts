import { invariant, InvariantError } from '../../base/invariant.ts';
import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';
import type { PathOfRuns } from './path-of-runs.ts';
import { CachedRun, PrefixIndex } from './prefix-index.ts';
import { Segment } from './segment.ts';

/** Whose blocks are stored. */
export interface StoredFor extends PathOfRuns {
  readonly request: { readonly lora: string | undefined };
}

/** Hears which cached blocks can be found and which can no longer. */
export interface CacheListener {
  /** Blocks lo … hi-1 of a request in the full-attention group, all with one allocation. */
  stored(request: StoredFor, lo: Blocks, hi: Blocks): void;
  /** `announced`: it was the full-attention group's. */
  removed(run: Run, lo: Blocks, hi: Blocks, announced: boolean): void;
}

/*
 * vLLM's block pool (vllm/v1/core/block_pool.py) on segments instead of blocks: equal to it in hits, free counts and what
 * the free queue gives up next; the per-block pool in test/ is the judge. Layout of the free queue: first `blank` blocks
 * that hold nothing that can be found (never used, or given back unhashed: those go to the front, and in which order they
 * leave makes no difference), then a ring of segments around a sentinel. A segment lies in it with its last block first,
 * because requests give back their blocks tail first: eviction lowers its `hi`.
 */
export class BlockPool {
  readonly blocks: Blocks;
  /** Free blocks, cached ones that nobody holds included. */
  free: Blocks;
  /** Blocks that have several holders, each counted once for every holder but one. */
  shared: Blocks = 0;
  private blank: Blocks;
  private readonly ring: Segment;
  private readonly spare: Segment[] = [];
  readonly listener: CacheListener | undefined;
  private inserted = 0;
  /** Segments touched so far: with those that the index passed, what a request's cost grows with. */
  operations = 0;

  /** `blocks` usable ones: vLLM's number less the null block. */
  constructor(blocks: Blocks, listener: CacheListener | undefined) {
    this.blocks = blocks;
    this.free = blocks;
    this.blank = blocks;
    this.listener = listener;
    const nowhere = new PrefixIndex();
    const run: Run = { id: -1, begin: 0, content: 0, start: 0, children: undefined, sibling: undefined };
    this.ring = new Segment(run, nowhere, new CachedRun());
  }

  /** Takes blocks from the front of the free queue; what was cached in them is lost. */
  take(blocks: Blocks): void {
    if (blocks > this.free)
      throw new InvariantError('blocks are taken only when they are free', { blocks, free: this.free });
    this.free -= blocks;
    if (blocks <= this.blank) {
      this.blank -= blocks;
      return;
    }
    let wanted = blocks - this.blank;
    this.blank = 0;
    while (wanted > 0) {
      const segment = this.ring.after;
      const size = segment.hi - segment.lo;
      const taken = wanted < size ? wanted : size;
      this.operations++;
      segment.hi -= taken;
      wanted -= taken;
      this.listener?.removed(segment.run, segment.hi, segment.hi + taken, segment.index.announced);
      if (taken === size) this.discard(segment);
    }
  }

  /** Gives back blocks that hold nothing that can be found. */
  giveBack(blocks: Blocks): void {
    this.blank += blocks;
    this.free += blocks;
  }

  /**
   * Holds blocks lo … hi-1 of a segment once more: those before and behind them become segments of their own. Returns the
   * segment of exactly these blocks.
   */
  hold(segment: Segment, lo: Blocks, hi: Blocks): Segment {
    this.operations++;
    let part = segment;
    // Another piece of the same lookup may have cut it.
    while (part.hi <= lo && part.right !== undefined) part = part.right;
    const held = lo > part.lo ? this.cut(part, lo) : part;
    if (hi < held.hi) this.cut(held, hi);
    if (held.holders === 0) this.leaveQueue(held);
    else this.shared += held.hi - held.lo;
    held.holders++;
    return held;
  }

  /**
   * Enters blocks lo … hi-1 of a run, which one request holds, into an index. `last` is that request's segment with block
   * lo - 1, if it is cached. Returns the segment that they are in: `last` when that could grow.
   */
  store(index: PrefixIndex, run: Run, lo: Blocks, hi: Blocks, last: Segment | undefined): Segment {
    this.operations++;
    if (last?.run === run && last.hi === lo && last.holders === 1 && index.canExtend(last, hi)) {
      last.hi = hi;
      return last;
    }
    const segment = this.make(index, run, index.of(run), lo, hi);
    segment.holders = 1;
    segment.order = this.inserted++;
    index.insert(segment, last?.cachedRun === segment.cachedRun ? last : undefined);
    return segment;
  }

  /** One holder of a segment lets go of it: without any left it goes to the back of the free queue. */
  release(segment: Segment): void {
    this.operations++;
    segment.holders--;
    if (segment.holders > 0) {
      this.shared -= segment.hi - segment.lo;
      return;
    }
    this.free += segment.hi - segment.lo;
    const last = this.ring.before;
    if (last === segment.next && last.lo === segment.hi && !segment.cachedRun.overlapping) {
      // What was once cut lies in one piece again.
      segment.hi = last.hi;
      last.lo = last.hi;
      segment.before = last.before;
      segment.after = this.ring;
      last.before.after = segment;
      this.ring.before = segment;
      last.before = last;
      last.after = last;
      this.recycle(last);
      return;
    }
    segment.before = last;
    segment.after = this.ring;
    last.after = segment;
    this.ring.before = segment;
  }

  /** Cuts a segment at block `at`: it keeps the lower part, the upper one is returned. */
  cut(segment: Segment, at: Blocks): Segment {
    const { index, run, cachedRun } = segment;
    this.operations++;
    const upper = this.make(index, run, cachedRun, at, segment.hi);
    upper.holders = segment.holders;
    upper.order = segment.order;
    upper.right = segment.right;
    segment.right = upper;
    segment.hi = at;
    index.insert(upper, segment);
    if (segment.holders === 0) {
      // Its blocks leave the queue before those of the lower part.
      upper.before = segment.before;
      upper.after = segment;
      segment.before.after = upper;
      segment.before = upper;
    }
    return upper;
  }

  /** Throws unless held and free blocks add up. `blankHeld`: blocks that requests hold outside segments. */
  check(indexes: readonly PrefixIndex[], blankHeld: Blocks): void {
    let held = blankHeld;
    let cachedFree = 0;
    let shared = 0;
    for (const index of indexes) {
      for (const { hi, lo, holders, after, before } of index.segments()) {
        invariant(hi > lo && holders >= 0, 'a cached segment has blocks', { lo, hi, holders });
        if (holders > 1) shared += (holders - 1) * (hi - lo);
        if (holders > 0) held += hi - lo;
        else cachedFree += hi - lo;
        invariant(after.before === before.after, 'neighbours in the free queue know each other', { lo, hi });
      }
    }
    let queued = 0;
    for (let segment = this.ring.after; segment !== this.ring; segment = segment.after) {
      invariant(segment.holders === 0, 'nobody holds what lies in the free queue', { lo: segment.lo });
      queued += segment.hi - segment.lo;
    }
    invariant(cachedFree === queued, 'what is cached and free lies in the free queue', {
      cachedFree,
      queued,
    });
    invariant(queued + this.blank === this.free, 'free blocks are blank or cached', { free: this.free });
    invariant(shared === this.shared, 'shared blocks are counted', { shared: this.shared });
    invariant(held + this.free === this.blocks, 'KV blocks used + free = total', { held, free: this.free });
  }

  private leaveQueue(segment: Segment): void {
    this.free -= segment.hi - segment.lo;
    segment.before.after = segment.after;
    segment.after.before = segment.before;
    segment.before = segment;
    segment.after = segment;
  }

  /** Forgets an emptied segment at the front of the free queue. */
  private discard(segment: Segment): void {
    segment.before.after = segment.after;
    segment.after.before = segment.before;
    segment.before = segment;
    segment.after = segment;
    this.recycle(segment);
  }

  private recycle(segment: Segment): void {
    segment.index.remove(segment);
    segment.right = undefined;
    this.spare.push(segment);
  }

  private make(index: PrefixIndex, run: Run, cachedRun: CachedRun, lo: Blocks, hi: Blocks): Segment {
    const segment = this.spare.pop() ?? new Segment(run, index, cachedRun);
    segment.run = run;
    segment.index = index;
    segment.cachedRun = cachedRun;
    segment.lo = lo;
    segment.hi = hi;
    segment.holders = 0;
    segment.right = undefined;
    return segment;
  }
}
