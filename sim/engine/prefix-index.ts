import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';
import { RunTable } from './run-table.ts';
import type { Segment } from './segment.ts';

/** The segments of one run. Recycled. */
export class CachedRun {
  first: Segment | undefined = undefined;
  /** Some blocks may lie in several segments: copies, made by requests that computed the same at the same time. */
  overlapping = false;
}

/** Part of a prefix hit: blocks lo … hi-1 of a segment. */
export interface Hit {
  segment: Segment | undefined;
  lo: Blocks;
  hi: Blocks;
}

/*
 * What vLLM's map from block hash to block knows (BlockHashToBlockMap in vllm/v1/core/block_pool.py), for one group of
 * layers. Layout: run id -> list of the run's segments, sorted by their first block, linked through the segments.
 */
export class PrefixIndex {
  /** KV events tell of it: routers index the full-attention group alone. */
  readonly announced: boolean;
  private readonly runs = new RunTable<CachedRun>();
  private readonly spare: CachedRun[] = [];
  /** Segments passed so far while looking for one. */
  operations = 0;
  /** Segments that hold the block which `find` is at. */
  private readonly covering: Segment[] = [];

  constructor(announced = false) {
    this.announced = announced;
  }

  /** Segments of a run, undefined when nothing of it is cached. */
  get(run: Run): CachedRun | undefined {
    return this.runs.get(run.id);
  }

  /** Segments of a run that is about to get one. */
  of(run: Run): CachedRun {
    let cached = this.runs.get(run.id);
    if (cached === undefined) {
      cached = this.spare.pop() ?? new CachedRun();
      this.runs.add(run.id, cached);
    }
    return cached;
  }

  /** `behind`: a segment of the same run with a lower first block, to look for the place from there on. */
  insert(segment: Segment, behind: Segment | undefined): void {
    const { cachedRun } = segment;
    let previous = behind;
    let next = behind === undefined ? cachedRun.first : behind.next;
    while (next !== undefined && next.lo <= segment.lo) {
      this.operations++;
      previous = next;
      next = next.next;
    }
    segment.previous = previous;
    segment.next = next;
    if (previous === undefined) cachedRun.first = segment;
    else previous.next = segment;
    if (next !== undefined) next.previous = segment;
    // Without overlaps so far the neighbours are the only candidates.
    if ((previous !== undefined && previous.hi > segment.lo) || (next !== undefined && next.lo < segment.hi))
      cachedRun.overlapping = true;
  }

  remove(segment: Segment): void {
    const { cachedRun, previous, next } = segment;
    if (next !== undefined) next.previous = previous;
    if (previous !== undefined) {
      previous.next = next;
    } else if (next !== undefined) {
      cachedRun.first = next;
    } else {
      cachedRun.first = undefined;
      cachedRun.overlapping = false;
      this.runs.delete(segment.run.id);
      this.spare.push(cachedRun);
    }
    segment.previous = undefined;
    segment.next = undefined;
  }

  /** Whether blocks up to `hi` behind a segment are in no other one: only then may it grow without changing any order. */
  canExtend(segment: Segment, hi: Blocks): boolean {
    if (!segment.cachedRun.overlapping) return segment.next === undefined || segment.next.lo >= hi;
    for (let other = segment.cachedRun.first; other !== undefined; other = other.next) {
      this.operations++;
      if (other !== segment && other.lo < hi && other.hi > segment.hi) return false;
    }
    return true;
  }

  /**
   * Where a lookup finds the blocks from `block` on, up to `end` or the first one that is not cached: each in the copy that
   * was made first. Writes the pieces to `into` from position `count` on; returns the position behind them.
   */
  find(cachedRun: CachedRun, block: Blocks, end: Blocks, into: Hit[], count: number): number {
    const { covering } = this;
    let covers = 0;
    let next = cachedRun.first;
    let pieces = count;
    let lo = block;
    while (lo < end) {
      let kept = 0;
      let best: Segment | undefined;
      for (let candidate = 0; candidate < covers; candidate++) {
        const segment = covering[candidate];
        if (segment === undefined || segment.hi <= lo) continue;
        covering[kept++] = segment;
        if (best === undefined || segment.order < best.order) best = segment;
      }
      for (; next !== undefined && next.lo <= lo; next = next.next) {
        this.operations++;
        if (next.hi <= lo) continue;
        covering[kept++] = next;
        if (best === undefined || next.order < best.order) best = next;
      }
      covers = kept;
      this.operations += kept;
      if (best === undefined) break;
      let hi = best.hi < end ? best.hi : end;
      // An earlier copy may begin inside.
      for (let inner = next; inner !== undefined && inner.lo < hi; inner = inner.next) {
        this.operations++;
        if (inner.order < best.order) hi = inner.lo;
      }
      const piece = (into[pieces++] ??= { segment: undefined, lo: 0, hi: 0 });
      piece.segment = best;
      piece.lo = lo;
      piece.hi = hi;
      lo = hi;
    }
    return pieces;
  }

  /** The first block from which on everything up to `block` lies in one segment; above `block` when it is not cached. */
  lowestCovered(cachedRun: CachedRun, block: Blocks): Blocks {
    for (let segment = cachedRun.first; segment !== undefined; segment = segment.next) {
      this.operations++;
      if (segment.lo > block) break;
      if (segment.hi > block) return segment.lo;
    }
    return block + 1;
  }

  /** End of the last segment that ends at or before `block`; 0 when there is none. */
  highestBelow(cachedRun: CachedRun, block: Blocks): Blocks {
    let highest = 0;
    for (let segment = cachedRun.first; segment !== undefined; segment = segment.next) {
      this.operations++;
      if (segment.lo > block) break;
      if (segment.hi <= block && segment.hi > highest) highest = segment.hi;
    }
    return highest;
  }

  /** Every cached segment, in no particular order. */
  *segments(): Generator<Segment> {
    for (const { first } of this.runs) {
      for (let segment = first; segment !== undefined; segment = segment.next) yield segment;
    }
  }
}
