import type { Blocks } from '../../base/units.ts';
import { BlockSpaces, type BlockRun } from './block-run.ts';
import { Bucket, SEVERAL, WORD_BITS, type Piece } from './bucket.ts';
import { EndpointBlocks } from './endpoint-blocks.ts';

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
      const { pieces } = bucket;
      let block = run.from;
      let i = pieces.length === 1 ? 0 : bucket.firstAfter(block);
      for (; block < run.to && i < pieces.length; i++) {
        const piece = pieces[i];
        if (piece === undefined || piece.from > block || piece.to <= block) break;
        this.changeHolders(piece, walked, counts, touched);
        const end = piece.to < run.to ? piece.to : run.to;
        walked += end - block;
        block = end;
      }
      if (block < run.to) break;
    }
    this.changeHolders(undefined, walked, counts, touched);
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

  /** From block `walked` on the holders are those of `piece`: who goes is counted, who comes is noted. */
  private changeHolders(
    piece: Piece | undefined,
    walked: number,
    counts: Int32Array,
    touched: number[],
  ): void {
    const { holder, since } = this;
    const next = piece === undefined ? NOBODY : piece.only;
    this.holder = next;
    if (holder !== SEVERAL && next !== SEVERAL) {
      if (holder === next) return;
      if (holder !== NOBODY) this.count(holder, walked, counts, touched);
      if (next !== NOBODY) since[next] = walked;
      return;
    }
    const { holders } = this;
    const words = piece?.words ?? NO_WORDS;
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
        const endpoint = w * WORD_BITS + 31 - Math.clz32(bit);
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
