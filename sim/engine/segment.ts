import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';
import type { CachedRun, PrefixIndex } from './prefix-index.ts';

/**
 * Cached blocks lo … hi-1 of a run that share one fate: one reference count and one place in the free queue. Segments are
 * recycled; `lo` never changes while one is in use, `hi` falls as the free queue evicts from its tail, and rises when its
 * only holder fills more blocks.
 */
export class Segment {
  run: Run;
  lo: Blocks = 0;
  hi: Blocks = 0;
  /** Requests that hold it; 0 = it lies in the free queue. */
  holders = 0;
  /** Rank in order of insertion: among copies of a block a lookup takes the first. */
  order = 0;
  /** Where it can be found: the index of its group of layers, and the segments of its run there. */
  index: PrefixIndex;
  cachedRun: CachedRun;
  /** Neighbours in the free queue; itself when it is not in it. */
  before: Segment;
  after: Segment;
  /** Neighbours among the segments of its run, by `lo`, then by `order`. */
  previous: Segment | undefined = undefined;
  next: Segment | undefined = undefined;
  /** The upper part of what was cut: whoever held the whole holds it too. Means nothing beyond what a holder holds. */
  right: Segment | undefined = undefined;

  constructor(run: Run, index: PrefixIndex, cachedRun: CachedRun) {
    this.run = run;
    this.index = index;
    this.cachedRun = cachedRun;
    this.before = this;
    this.after = this;
  }
}
