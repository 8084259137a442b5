import type { EndpointBlocks } from './endpoint-blocks.ts';
import { Pieces } from './pieces.ts';
import type { Segment } from './segment.ts';

/*
 * Memory: as long as one endpoint alone holds something of a bucket (most prompts are held by one), the chain of its
 * segments says what; once there are several, pieces do (pieces.ts).
 */

/** Blocks whose keys share a run, and who holds them; gone from its space when nobody does. */
export class Bucket {
  readonly key: number;
  readonly space: Map<number, Bucket>;
  /** Who held something of it first and does so still, and the chain of its segments; the other chains are at their endpoints. */
  owner: EndpointBlocks | undefined = undefined;
  chain: Segment | undefined = undefined;
  /** undefined = nobody but the owner ever held anything. */
  pieces: Pieces | undefined = undefined;
  /** The bucket that a prompt went on with last, so that the next one need not look it up. */
  private next: Bucket | undefined = undefined;

  constructor(space: Map<number, Bucket>, key: number) {
    this.space = space;
    this.key = key;
  }

  /** The bucket of a key with which a prompt goes on after this one; undefined = nobody holds anything of it. */
  after(space: Map<number, Bucket>, key: number): Bucket | undefined {
    const { next } = this;
    if (next !== undefined && next.key === key && next.space === space && !next.isFree) return next;
    const found = space.get(key);
    if (found !== undefined) this.next = found;
    return found;
  }

  /** Nobody holds anything of it. */
  get isFree(): boolean {
    return this.owner === undefined && this.pieces === undefined;
  }

  /** While there are no pieces: the end of the blocks from `block` on that the owner holds, `block` if it does not hold that one. */
  ownedUpTo(block: number): number {
    let end = block;
    for (let segment = this.chain; segment !== undefined && segment.from <= end; segment = segment.next)
      if (segment.to > end) end = segment.to;
    return end;
  }

  /** The endpoint holds from … to-1, which are not in its chain yet. */
  hold(from: number, to: number, holder: EndpointBlocks): void {
    if (this.pieces === undefined) {
      const { owner } = this;
      if (owner === undefined || owner === holder) return;
      this.pieces = new Pieces();
      for (let segment = this.chain; segment !== undefined; segment = segment.next)
        this.pieces.hold(segment.from, segment.to, owner.endpoint);
    }
    this.pieces.hold(from, to, holder.endpoint);
  }

  /** The endpoint holds from … to-1 no longer, and they are out of its chain. */
  release(from: number, to: number, endpoint: number): void {
    const { pieces } = this;
    if (pieces !== undefined) {
      pieces.release(from, to, endpoint);
      if (pieces.list.length === 0) this.pieces = undefined;
    }
    if (!this.isFree) return;
    this.space.delete(this.key);
    // Who was linked to it keeps it alive, but no others beyond it.
    this.next = undefined;
  }
}
