import type { Run } from '../../base/prompt-tree.ts';
import type { Blocks } from '../../base/units.ts';

/**
 * A row of blocks that share one fate: blocks lo … hi-1 of a run's prompt in the prefix cache, with one reference count
 * and one place in the free queue; or, with no run, hi - lo blocks without content.
 */
export class Segment {
  readonly run: Run | undefined;
  readonly lo: Blocks;
  hi: Blocks;
  /** Requests that hold it; 0 = it lies in the free queue. */
  holders: number;
  /** When it entered the cache: among copies of the same blocks a lookup takes the earliest. */
  readonly sequence: number;
  /** Neighbours in the free queue. */
  before: Segment | undefined = undefined;
  after: Segment | undefined = undefined;
  /** What it was split from, on either side: holders of the whole hold all parts. */
  left: Segment | undefined = undefined;
  right: Segment | undefined = undefined;

  constructor(run: Run | undefined, lo: Blocks, hi: Blocks, holders: number, sequence: number) {
    this.run = run;
    this.lo = lo;
    this.hi = hi;
    this.holders = holders;
    this.sequence = sequence;
  }
}
