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
      if (other !== segment && other.lo < hi && other.hi > segment.hi) return false;
    }
    return true;
  }

  /**
   * The segment in which a lookup finds `block`, and how far it goes: up to `end`, its own end, or where an earlier copy
   * begins. `segment` is undefined when the block is not cached.
   */
  find(cachedRun: CachedRun, block: Blocks, end: Blocks, into: Hit): void {
    let best: Segment | undefined;
    let segment = cachedRun.first;
    for (; segment !== undefined && segment.lo <= block; segment = segment.next) {
      if (segment.hi > block && (best === undefined || segment.order < best.order)) best = segment;
    }
    into.segment = best;
    into.lo = block;
    into.hi = block;
    if (best === undefined) return;
    let hi = best.hi < end ? best.hi : end;
    if (cachedRun.overlapping) {
      for (; segment !== undefined && segment.lo < hi; segment = segment.next) {
        if (segment.order < best.order) hi = segment.lo;
      }
    }
    into.hi = hi;
  }

  /** The first block from which on everything up to `block` lies in one segment; above `block` when it is not cached. */
  lowestCovered(cachedRun: CachedRun, block: Blocks): Blocks {
    for (let segment = cachedRun.first; segment !== undefined; segment = segment.next) {
      if (segment.lo > block) break;
      if (segment.hi > block) return segment.lo;
    }
    return block + 1;
  }

  /** End of the last segment that ends at or before `block`; 0 when there is none. */
  highestBelow(cachedRun: CachedRun, block: Blocks): Blocks {
    let highest = 0;
    for (let segment = cachedRun.first; segment !== undefined; segment = segment.next) {
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
