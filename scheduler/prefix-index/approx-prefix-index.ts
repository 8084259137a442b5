import type { Blocks } from '../../base/units.ts';
import { endpointAt, WORD_BITS } from '../endpoint-bits.ts';
import { BlockSpaces, type BlockRun } from './block-run.ts';
import { Bucket } from './bucket.ts';
import { EndpointBlocks } from './endpoint-blocks.ts';
import { SEVERAL } from './pieces.ts';

/*
 * Memory: per run of keys (see base/prompt.ts) a bucket that says who holds which of its blocks (bucket.ts); per endpoint the
 * same blocks in the order of their use (endpoint-blocks.ts); both in intervals. A walk costs the runs of the prompt, a word
 * per 30 endpoints for each, and every change of the holder set along the way.
 */

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
  /**
   * Of the walk under way: the holder of the last block (NOBODY, SEVERAL), those who are several, and the block since which
   * each of them has been one.
   */
  private holder = NOBODY;
  private readonly holders: number[] = [];
  private readonly since: number[] = [];

  /** Blocks in the endpoint's LRU; undefined when it was never added to. */
  blocksOf(endpoint: number): Blocks | undefined {
    return this.endpoints[endpoint]?.blocks;
  }

  /**
   * Walks one prompt's blocks up to the first that nobody holds, and adds to counts[endpoint] the blocks of the walk that
   * each endpoint holds; they need not be contiguous. Endpoints that it counts are appended to `touched`.
   */
  match(runs: readonly BlockRun[], counts: Int32Array, touched: number[]): void {
    let walked = 0;
    let bucket: Bucket | undefined;
    for (let r = 0; r < runs.length; r++) {
      const run = runs[r];
      if (run === undefined) break;
      const { space, key } = run;
      bucket = bucket === undefined ? space.get(key) : bucket.after(space, key);
      if (bucket === undefined) break;
      const walkedTo = this.matchRun(bucket, run, walked, counts, touched);
      walked += walkedTo - run.from;
      if (walkedTo < run.to) break;
    }
    this.changeHolders(NOBODY, NO_WORDS, walked, counts, touched);
  }

  /** Walks the blocks of one run, the first of which is block `walked` of the prompt, and returns where it stops. */
  private matchRun(
    bucket: Bucket,
    { from, to }: BlockRun,
    walked: Blocks,
    counts: Int32Array,
    touched: number[],
  ): number {
    const { owner, pieces } = bucket;
    if (pieces === undefined) {
      const end = bucket.ownedUpTo(from);
      if (end === from || owner === undefined) return from;
      this.changeHolders(owner.endpoint, NO_WORDS, walked, counts, touched);
      return end < to ? end : to;
    }
    const { list } = pieces;
    let block = from;
    let i = list.length === 1 ? 0 : pieces.firstAfter(block);
    for (; block < to && i < list.length; i++) {
      const piece = list[i];
      if (piece === undefined || piece.from > block || piece.to <= block) break;
      this.changeHolders(piece.only, piece.words, walked + block - from, counts, touched);
      block = piece.to < to ? piece.to : to;
    }
    return block;
  }

  /** One prompt was sent to an endpoint. `capacity` (blocks) counts when the endpoint is new here. */
  add(runs: readonly BlockRun[], endpoint: number, capacity: Blocks): void {
    if (runs.length === 0) return;
    const known = this.endpoints[endpoint];
    const blocks = known ?? new EndpointBlocks(endpoint, capacity);
    if (known === undefined) this.endpoints[endpoint] = blocks;
    let added = 0;
    let bucket: Bucket | undefined;
    for (let r = 0; r < runs.length; r++) {
      const run = runs[r];
      if (run === undefined) continue;
      bucket = bucketOf(run, bucket);
      blocks.touch(bucket, run.from, run.to);
      added += run.to - run.from;
    }
    const fits = blocks.fits(added);
    blocks.trim();
    if (fits) return;
    for (const run of runs) blocks.keepGhosts(bucketOf(run, undefined), run.from, run.to);
  }

  /** Forgets everything about an endpoint. */
  remove(endpoint: number): void {
    this.endpoints[endpoint]?.clear();
    this.endpoints[endpoint] = undefined;
  }

  /** From block `walked` on the holder is `next`, or SEVERAL are it: who goes is counted, who comes is noted. */
  private changeHolders(
    next: number,
    words: readonly number[],
    walked: number,
    counts: Int32Array,
    touched: number[],
  ): void {
    const { holder, since } = this;
    this.holder = next;
    if (holder !== SEVERAL && next !== SEVERAL) {
      if (holder === next) return;
      if (holder !== NOBODY) this.count(holder, walked, counts, touched);
      if (next !== NOBODY) since[next] = walked;
      return;
    }
    const { holders } = this;
    const length = Math.max(words.length, holders.length, wordOf(holder) + 1, wordOf(next) + 1);
    while (holders.length < length) holders.push(0);
    if (holder >= 0) holders[wordOf(holder)] = bitsOf(holder, wordOf(holder));
    for (let w = 0; w < length; w++) {
      const before = holders[w] ?? 0;
      const after = next === SEVERAL ? (words[w] ?? 0) : bitsOf(next, w);
      if (before === after) continue;
      holders[w] = after;
      let changed = before ^ after;
      while (changed !== 0) {
        const bit = changed & -changed;
        changed ^= bit;
        const endpoint = endpointAt(w, bit);
        if ((before & bit) === 0) since[endpoint] = walked;
        else this.count(endpoint, walked, counts, touched);
      }
    }
    if (next !== SEVERAL) holders.fill(0);
  }

  private count(endpoint: number, walked: number, counts: Int32Array, touched: number[]): void {
    const held = counts[endpoint] ?? 0;
    counts[endpoint] = held + walked - (this.since[endpoint] ?? 0);
    if (held === 0) touched.push(endpoint);
  }
}

/** Stands for the holder of blocks that nobody holds. */
const NOBODY = -2;

const NO_WORDS: readonly number[] = [];

/** The word of an only holder's bit; -1 where there is none. */
function wordOf(only: number): number {
  return only < 0 ? -1 : Math.floor(only / WORD_BITS);
}

/** Word `word` of the set that holds one endpoint or none. */
function bitsOf(only: number, word: number): number {
  return only >= 0 && wordOf(only) === word ? 1 << (only % WORD_BITS) : 0;
}

/** `before`: the bucket of the run before it. */
function bucketOf({ space, key }: BlockRun, before: Bucket | undefined): Bucket {
  let bucket = before === undefined ? space.get(key) : before.after(space, key);
  if (bucket === undefined) {
    bucket = new Bucket(space, key);
    space.set(key, bucket);
  }
  return bucket;
}
