import type { Blocks } from '../../base/units.ts';
import { BlockSpaces, type BlockRun } from './block-run.ts';
import { Bucket, WORD_BITS } from './bucket.ts';
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
  /** Of the walk under way: the holders of the last block, and the block since which each of them has been one. */
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
    for (let r = 0; r < runs.length; r++) {
      const run = runs[r];
      const pieces = run === undefined ? undefined : run.space.get(run.key)?.pieces;
      if (run === undefined || pieces === undefined) break;
      let block = run.from;
      let i = pieces.length === 1 ? 0 : (run.space.get(run.key)?.firstAfter(block) ?? 0);
      for (; block < run.to && i < pieces.length; i++) {
        const piece = pieces[i];
        if (piece === undefined || piece.from > block || piece.to <= block) break;
        this.changeHolders(piece.words, walked, counts, touched);
        const end = piece.to < run.to ? piece.to : run.to;
        walked += end - block;
        block = end;
      }
      if (block < run.to) break;
    }
    this.changeHolders(NOBODY, walked, counts, touched);
  }

  /** One prompt was sent to an endpoint. `capacity` (blocks) counts when the endpoint is new here. */
  add(runs: readonly BlockRun[], endpoint: number, capacity: Blocks): void {
    if (runs.length === 0) return;
    const known = this.endpoints[endpoint];
    const blocks = known ?? new EndpointBlocks(endpoint, capacity);
    if (known === undefined) this.endpoints[endpoint] = blocks;
    let added = 0;
    for (let r = 0; r < runs.length; r++) {
      const run = runs[r];
      if (run === undefined) continue;
      blocks.touch(bucketOf(run), run.from, run.to);
      added += run.to - run.from;
    }
    const fits = blocks.fits(added);
    blocks.trim();
    if (fits) return;
    for (const run of runs) blocks.keepGhosts(bucketOf(run), run.from, run.to);
  }

  /** Forgets everything about an endpoint. */
  remove(endpoint: number): void {
    this.endpoints[endpoint]?.clear();
    this.endpoints[endpoint] = undefined;
  }

  /** From block `walked` on these are the holders: who goes is counted, who comes is noted. */
  private changeHolders(
    words: readonly number[],
    walked: number,
    counts: Int32Array,
    touched: number[],
  ): void {
    const { holders, since } = this;
    const length = Math.max(words.length, holders.length);
    for (let w = 0; w < length; w++) {
      const before = holders[w] ?? 0;
      const after = words[w] ?? 0;
      if (before === after) continue;
      let changed = before ^ after;
      while (changed !== 0) {
        const bit = changed & -changed;
        changed ^= bit;
        const endpoint = w * WORD_BITS + 31 - Math.clz32(bit);
        if ((before & bit) === 0) since[endpoint] = walked;
        else {
          counts[endpoint] = (counts[endpoint] ?? 0) + walked - (since[endpoint] ?? 0);
          touched.push(endpoint);
        }
      }
      holders[w] = after;
    }
  }
}

const NOBODY: readonly number[] = [];

function bucketOf({ space, key }: BlockRun): Bucket {
  let bucket = space.get(key);
  if (bucket === undefined) {
    bucket = new Bucket(space, key);
    space.set(key, bucket);
  }
  return bucket;
}
