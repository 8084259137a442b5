import { invariant } from '../../../base/invariant.ts';
import type { Ablation } from './ablations.ts';

/** One physical block of KV memory. */
export interface Block {
  readonly id: number;
  /** Requests that hold it. */
  refs: number;
  /** What it holds and for which group of layers, while it can be found. */
  key: number | undefined;
  /** Neighbours in the free queue. */
  before: Block | undefined;
  after: Block | undefined;
  free: boolean;
}

/**
 * vLLM's BlockPool (block_pool.py) and FreeKVCacheBlockQueue, block by block: a free queue in eviction order and a
 * map from content to the blocks that hold it. Block 0 is the null block: it stands where a window has moved on.
 */
export class PlainBlockPool {
  readonly nullBlock: Block;
  readonly size: number;
  /** Blocks taken whose content could be found until then. */
  evictions = 0;
  private readonly blocks: Block[];
  private readonly byKey = new Map<number, Block[]>();
  private readonly ablation: Ablation | undefined;
  private first: Block | undefined;
  private last: Block | undefined;
  private freeBlocks = 0;

  constructor(size: number, ablation?: Ablation) {
    this.size = size;
    this.ablation = ablation;
    this.blocks = Array.from({ length: size }, (_, id) => madeBlock(id));
    this.nullBlock = this.blocks[0] ?? madeBlock(0);
    for (const block of this.blocks.slice(1)) this.append(block);
  }

  get free(): number {
    return this.freeBlocks;
  }

  /** Blocks with several holders, each once for every holder but one. */
  get shared(): number {
    return this.blocks.reduce((sum, { refs }) => sum + Math.max(0, refs - 1), 0);
  }

  /** Different contents that can be found. */
  get findable(): number {
    return this.byKey.size;
  }

  /** The block that holds `key`: of several, the one that came first. */
  find(key: number): Block | undefined {
    const found = this.byKey.get(key);
    return this.ablation === 'first-duplicate' ? found?.at(-1) : found?.[0];
  }

  /** Takes `count` blocks from the front of the free queue; what they held is forgotten. */
  take(count: number): Block[] {
    const taken: Block[] = [];
    for (let index = 0; index < count; index++) {
      const block = this.first;
      invariant(block !== undefined, 'the pool has the blocks it was asked about', { count });
      this.unlink(block);
      if (block.key !== undefined) this.evictions++;
      this.forget(block);
      block.refs = 1;
      taken.push(block);
    }
    return taken;
  }

  /** One more request holds these blocks; those that nobody held leave the free queue. */
  touch(blocks: readonly Block[]): void {
    for (const block of blocks) {
      if (block === this.nullBlock) continue;
      if (block.refs === 0) this.unlink(block);
      block.refs++;
    }
  }

  /**
   * One request less holds these blocks. Of those that nobody holds any more, blocks with content go to the end of the
   * free queue and blocks without go to its front, each group in the order given.
   */
  release(blocks: readonly Block[]): void {
    const freed: Block[] = [];
    for (const block of blocks) {
      if (block === this.nullBlock) continue;
      invariant(block.refs > 0, 'a block is released by its holders only', { id: block.id });
      block.refs--;
      if (block.refs === 0) freed.push(block);
    }
    if (this.ablation === 'lazy-eviction') freed.forEach((block) => this.forget(block));
    const toEnd = (block: Block) => block.key !== undefined || this.ablation === 'unhashed-to-front';
    const toFront = freed.filter((block) => !toEnd(block));
    if (this.ablation !== 'unhashed-as-group') toFront.reverse();
    for (const block of toFront) this.prepend(block);
    for (const block of freed.filter(toEnd)) this.append(block);
  }

  /** From now on `block` is found under `key`. */
  name(block: Block, key: number): void {
    invariant(block.key === undefined, 'a block is named once', { id: block.id });
    block.key = key;
    const same = this.byKey.get(key);
    if (same === undefined) this.byKey.set(key, [block]);
    else same.push(block);
  }

  /** Ids of the free queue from its front on, at most `count`. */
  front(count = Infinity): number[] {
    const ids: number[] = [];
    for (let block = this.first; block !== undefined && ids.length < count; block = block.after)
      ids.push(block.id);
    return ids;
  }

  /** Keys of the free queue from its front on; undefined for blocks without content. */
  queuedKeys(): (number | undefined)[] {
    const keys: (number | undefined)[] = [];
    for (let block = this.first; block !== undefined; block = block.after) keys.push(block.key);
    return keys;
  }

  /** Throws unless exactly the blocks that nobody holds are in the free queue. */
  check(): void {
    const unheld = this.blocks.filter((block) => block !== this.nullBlock && block.refs === 0);
    invariant(unheld.length === this.freeBlocks, 'KV blocks conserved', {
      unheld: unheld.length,
      free: this.freeBlocks,
    });
    invariant(
      unheld.every((block) => block.free),
      'a block is free or held',
    );
  }

  private forget(block: Block): void {
    if (block.key === undefined) return;
    const same = (this.byKey.get(block.key) ?? []).filter((other) => other !== block);
    if (same.length > 0) this.byKey.set(block.key, same);
    else this.byKey.delete(block.key);
    block.key = undefined;
  }

  private append(block: Block): void {
    block.before = this.last;
    block.after = undefined;
    if (this.last === undefined) this.first = block;
    else this.last.after = block;
    this.last = block;
    block.free = true;
    this.freeBlocks++;
  }

  private prepend(block: Block): void {
    block.before = undefined;
    block.after = this.first;
    if (this.first === undefined) this.last = block;
    else this.first.before = block;
    this.first = block;
    block.free = true;
    this.freeBlocks++;
  }

  private unlink(block: Block): void {
    invariant(block.free, 'only a free block leaves the free queue', { id: block.id });
    if (block.before === undefined) this.first = block.after;
    else block.before.after = block.after;
    if (block.after === undefined) this.last = block.before;
    else block.after.before = block.before;
    block.free = false;
    this.freeBlocks--;
  }
}

function madeBlock(id: number): Block {
  return { id, refs: 0, key: undefined, before: undefined, after: undefined, free: false };
}
