import type { Blocks } from '../../base/units.ts';
import { BlockSpaces, type BlockRun } from './block-run.ts';
import { Bucket, Holder, Segment, SegmentList } from './segment.ts';

/*
 * Memory: per run of keys (see base/prompt.ts) a bucket with a list of holders; per holder an array of segments, ordered by
 * block; per endpoint two linked lists through the segments, ordered by use. A prompt of r runs costs r segments on each
 * endpoint that serves it, however many blocks it has.
 */

/** Blocks beyond its capacity that an endpoint may be credited with; the picker has no limit. */
const GHOST_LIMIT = 2 ** 20;

/**
 * Which blocks of which prompts an endpoint is believed to hold: those of the requests that were sent there, least
 * recently used out, per endpoint. Source: approximateprefix/indexer.go of llm-d-router at ebab6879, whose answers this
 * gives without a hash per block:
 * - adding a prompt touches its blocks in order, so that its head is the oldest; looking up touches nothing;
 * - an endpoint's capacity is set when it is first added to;
 * - of a prompt longer than the capacity, the blocks that fell out during that very addition are still matched (ghosts),
 *   until they are added again and fall out later.
 */
export class ApproxPrefixIndex {
  readonly spaces = new BlockSpaces();
  /** By endpoint index; undefined = never added to. */
  private readonly endpoints: (EndpointBlocks | undefined)[] = [];

  /** Blocks in the endpoint's LRU; undefined when it was never added to. */
  blocksOf(endpoint: number): Blocks | undefined {
    return this.endpoints[endpoint]?.used.blocks;
  }

  /**
   * Walks one prompt's blocks up to the first that nobody holds, and adds to counts[endpoint] the blocks of the walk that
   * each endpoint holds; they need not be contiguous. Endpoints that get their first count are appended to `touched`.
   */
  match(runs: readonly BlockRun[], counts: Int32Array, touched: number[]): void {
    for (let r = 0; r < runs.length; r++) {
      const run = runs[r];
      const bucket = run?.space.get(run.key);
      if (run === undefined || bucket === undefined) return;
      const end = heldUpTo(bucket, run.from, run.to);
      const { holders } = bucket;
      for (let h = 0; h < holders.length; h++) {
        const holder = holders[h];
        if (holder === undefined) continue;
        const blocks = holder.overlap(run.from, end);
        if (blocks === 0) continue;
        const before = counts[holder.endpoint] ?? 0;
        if (before === 0) touched.push(holder.endpoint);
        counts[holder.endpoint] = before + blocks;
      }
      if (end < run.to) return;
    }
  }

  /** One prompt was sent to an endpoint. `capacity` (blocks) counts when the endpoint is new here. */
  add(runs: readonly BlockRun[], endpoint: number, capacity: Blocks): void {
    if (runs.length === 0) return;
    const blocks = (this.endpoints[endpoint] ??= {
      used: new SegmentList(),
      ghosts: new SegmentList(),
      capacity,
    });
    let added = 0;
    for (const run of runs) {
      touch(run, endpoint, blocks.used);
      added += run.to - run.from;
    }
    trim(blocks.used, blocks.capacity);
    if (added <= blocks.capacity) return;
    for (const run of runs) keepGhosts(run, endpoint, blocks.ghosts);
    trim(blocks.ghosts, GHOST_LIMIT);
  }

  /** Forgets everything about an endpoint. */
  remove(endpoint: number): void {
    const blocks = this.endpoints[endpoint];
    if (blocks === undefined) return;
    trim(blocks.used, 0);
    trim(blocks.ghosts, 0);
    this.endpoints[endpoint] = undefined;
  }
}

interface EndpointBlocks {
  readonly used: SegmentList;
  readonly ghosts: SegmentList;
  readonly capacity: Blocks;
}

/** The first block of from … to-1 that nobody holds, or `to`. */
function heldUpTo({ holders }: Bucket, from: number, to: number): number {
  let covered = from;
  for (;;) {
    let reached = covered;
    for (let h = 0; h < holders.length && reached < to; h++) {
      const reach = holders[h]?.reach(covered) ?? 0;
      if (reach > reached) reached = reach;
    }
    if (reached >= to) return to;
    if (reached === covered) return covered;
    covered = reached;
  }
}

function holderOf({ space, key }: BlockRun, endpoint: number): Holder {
  let bucket = space.get(key);
  if (bucket === undefined) {
    bucket = new Bucket(space, key);
    space.set(key, bucket);
  }
  let holder = bucket.holder(endpoint);
  if (holder === undefined) {
    holder = new Holder(bucket, endpoint);
    bucket.holders.push(holder);
  }
  return holder;
}

/** Makes the run's blocks the most recently used ones. */
function touch(run: BlockRun, endpoint: number, used: SegmentList): void {
  const { from, to } = run;
  const holder = holderOf(run, endpoint);
  const { segments } = holder;
  let i = holder.firstAfter(from);
  const first = segments[i];
  if (first !== undefined && first.list === used && first.from === from && first.to === to) {
    used.remove(first);
    used.append(first);
    return;
  }
  while (i < segments.length) {
    const segment = segments[i];
    if (segment === undefined || segment.from >= to) break;
    if (segment.from < from && segment.to > to) splitOff(segment, to, i);
    if (segment.from < from) {
      resize(segment, segment.from, from);
      i++;
    } else if (segment.to > to) {
      resize(segment, to, segment.to);
    } else {
      segment.list?.remove(segment);
      segments.splice(i, 1);
    }
  }
  const { newest } = used;
  if (newest?.holder === holder && newest.to === from) resize(newest, newest.from, to);
  else {
    const segment = new Segment(holder, from, to);
    segments.splice(i, 0, segment);
    used.append(segment);
  }
}

/** Cuts a segment at `block`; what follows becomes a segment of its own, next in the order of use. */
function splitOff(segment: Segment, block: number, position: number): void {
  const rest = new Segment(segment.holder, block, segment.to);
  resize(segment, segment.from, block);
  segment.holder.segments.splice(position + 1, 0, rest);
  segment.list?.insertAfter(rest, segment);
}

function resize(segment: Segment, from: number, to: number): void {
  if (segment.list !== undefined) segment.list.blocks += to - from - (segment.to - segment.from);
  segment.from = from;
  segment.to = to;
}

/** Drops the oldest blocks until no more than `capacity` are left. */
function trim(list: SegmentList, capacity: Blocks): void {
  while (list.blocks > capacity) {
    const segment = list.oldest;
    if (segment === undefined) return;
    const excess = list.blocks - capacity;
    if (segment.to - segment.from > excess) {
      resize(segment, segment.from + excess, segment.to);
      return;
    }
    list.remove(segment);
    drop(segment);
  }
}

function drop(segment: Segment): void {
  const { holder } = segment;
  holder.segments.splice(holder.segments.indexOf(segment), 1);
  if (holder.segments.length > 0) return;
  const { bucket } = holder;
  const last = bucket.holders.pop();
  if (last !== undefined && last !== holder) bucket.holders[bucket.holders.indexOf(holder)] = last;
  if (bucket.holders.length === 0) bucket.space.delete(bucket.key);
}

/** Enters those blocks of the run that are not held as held beyond the capacity. */
function keepGhosts(run: BlockRun, endpoint: number, ghosts: SegmentList): void {
  const holder = holderOf(run, endpoint);
  const { segments } = holder;
  let from = run.from;
  for (let i = holder.firstAfter(from); from < run.to; i++) {
    const next = segments[i];
    const gapEnd = Math.min(next?.from ?? run.to, run.to);
    if (gapEnd > from) {
      const ghost = new Segment(holder, from, gapEnd);
      segments.splice(i, 0, ghost);
      ghosts.append(ghost);
      i++;
    }
    if (next === undefined || next.from >= run.to) break;
    from = next.to;
  }
}
