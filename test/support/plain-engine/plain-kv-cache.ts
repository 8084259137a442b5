import { type Block, PlainBlockPool } from './plain-block-pool.ts';
import type { PlainConfig } from './plain-config.ts';
import { fullGroup, groupKey, type PlainGroup, windowGroup } from './plain-groups.ts';
import { knownTokens, type PlainRequest } from './plain-request.ts';

/** What a lookup in the prefix cache found. */
export interface Hit {
  readonly tokens: number;
  /** Per group; null blocks where the window has moved on. */
  readonly blocks: readonly Block[][];
  /** End of the longest prefix that one group had, when another had less of it; else 0. */
  readonly junction: number;
}

export interface Wanted {
  /** Tokens to compute now; 0 while KV comes from another server. */
  readonly tokens: number;
  readonly hit?: Hit | undefined;
  readonly external?: number;
  /** Blocks left for others that are under way. */
  readonly reserved?: number;
  /** Set for waiting requests: whether the whole sequence must fit, and whether anything is running. */
  readonly admission?: { readonly whole: boolean; readonly othersRun: boolean } | undefined;
}

/** vLLM's KVCacheManager with its coordinator (kv_cache_manager.py, kv_cache_coordinator.py). */
export class PlainKvCache {
  readonly pool: PlainBlockPool;
  private readonly config: PlainConfig;
  private readonly groups: readonly PlainGroup[];

  constructor(config: PlainConfig) {
    this.config = config;
    this.pool = new PlainBlockPool(config.numGpuBlocks, config.ablation);
    const groups = config.windowsOnly === true ? [] : [fullGroup(0, this.pool)];
    if (config.slidingWindow !== undefined)
      for (let group = 0; group < (config.slidingWindowGroups ?? 1); group++)
        groups.push(windowGroup(groups.length, this.pool, config, config.slidingWindow));
    this.groups = groups;
  }

  /** The longest prefix of known tokens that all groups have; at least one token is left to compute. */
  lookup(request: PlainRequest): Hit {
    const { blockSize, enablePrefixCaching, ablation } = this.config;
    const none: Hit = { tokens: 0, blocks: this.groups.map(() => []), junction: 0 };
    if (!enablePrefixCaching) return none;
    if (ablation === 'lookup-on-resume' && request.preemptions > 0) return none;
    const toLast = ablation === 'last-token-computed' ? 0 : 1;
    const most = Math.floor((knownTokens(request) - toLast) / blockSize);
    const keys = Array.from({ length: most }, (_, block) => request.keyOf(block, request.outputs));
    let agreed = most;
    let longest = 0;
    let blocks: Block[][] = [];
    // What a group has less of, the others may have the window of no longer: until all agree.
    for (let before = Infinity; agreed < before;) {
      before = agreed;
      blocks = this.groups.map((group) => {
        const hit = group.hit(keys, agreed);
        agreed = hit.length;
        longest = Math.max(longest, agreed);
        return hit;
      });
    }
    return {
      tokens: agreed * blockSize,
      blocks: blocks.map((hit) => hit.slice(0, agreed)),
      junction: longest > agreed ? longest * blockSize : 0,
    };
  }

  /** Gives the request blocks for what it wants; per group those that are new, or undefined if the pool has too few. */
  allocate(request: PlainRequest, wanted: Wanted): Block[][] | undefined {
    const { blockSize, maxModelLen, ablation } = this.config;
    const { hit, external = 0, reserved = 0, admission } = wanted;
    const computed = request.computed + (hit?.tokens ?? 0) + external;
    const watermark = this.watermark(request, admission?.othersRun ?? true, admission !== undefined);

    if (admission?.whole === true) {
      const whole = Math.min(knownTokens(request), maxModelLen);
      if (this.needed(request, whole, computed, hit, true) + watermark > this.pool.free) return undefined;
    }
    this.dropSkipped(request, Math.max(0, Math.min(computed, maxModelLen) - request.inFlight));
    const upTo = Math.min(computed + wanted.tokens, maxModelLen);
    if (this.needed(request, upTo, computed, hit, false) + watermark > this.pool.free - reserved)
      return undefined;

    const isNew = (hit !== undefined && hit.tokens > 0) || external > 0;
    if (isNew) this.takeOver(request, hit, computed);
    if (external > 0) this.extend(request, Math.ceil(computed / blockSize));
    const fresh = this.extend(request, Math.ceil(upTo / blockSize));
    // KV on its way is entered when it has arrived; tokens not yet known are never entered.
    if (wanted.tokens > 0 && ablation !== 'findable-at-schedule') {
      const unknown = ablation === 'late-generated-blocks' ? Infinity : knownTokens(request);
      this.enter(request, Math.min(computed + wanted.tokens, unknown));
    }
    return fresh;
  }

  /** Enters the full blocks among the first `tokens` tokens in the prefix cache. */
  enter(request: PlainRequest, tokens: number): void {
    const { blockSize, enablePrefixCaching, ablation } = this.config;
    if (!enablePrefixCaching) return;
    const generated = ablation === 'generated-blocks';
    const full = Math.floor((generated ? Math.min(tokens, request.promptTokens) : tokens) / blockSize);
    const boundaries = [request.promptTokens - 1];
    if (request.junction > 0) boundaries.push(request.junction);
    this.groups.forEach((group, index) => {
      const start = request.entered[index] ?? 0;
      if (full <= start) return;
      group.keeps(start, full, boundaries).forEach((kept, offset) => {
        const block = request.held[index]?.[start + offset];
        if (kept && block !== undefined && block !== this.pool.nullBlock)
          this.pool.name(block, groupKey(request.keyOf(start + offset, request.outputs), index));
      });
      request.entered[index] = full;
    });
  }

  /** Returns all blocks of the request to the pool, the last ones first. */
  free(request: PlainRequest): void {
    const lists = request.held;
    request.held = [];
    request.entered = [];
    for (const list of lists) this.release(list);
  }

  /** Takes the request's blocks from it without returning them; `release` does that later. */
  detach(request: PlainRequest): Block[] {
    const blocks = request.held.flat();
    request.held = [];
    request.entered = [];
    return blocks;
  }

  release(blocks: readonly Block[]): void {
    this.pool.release(this.config.ablation === 'tail-first' ? blocks : [...blocks].reverse());
  }

  /** Blocks that a request under way still needs for all tokens it knows. */
  remaining(request: PlainRequest): number {
    const whole = Math.min(knownTokens(request), this.config.maxModelLen);
    return this.needed(request, whole, request.computed, undefined, true);
  }

  /** Returns blocks that no token attends to any more, once `processed` tokens are computed for good. */
  dropSkipped(request: PlainRequest, processed: number): void {
    if (this.config.ablation === 'window-release') return;
    this.groups.forEach((group, index) => {
      const held = request.held[index] ?? [];
      const gone = Math.min(Math.floor(group.skipped(processed) / this.config.blockSize), held.length);
      const freed: Block[] = [];
      for (let block = gone - 1; block >= 0; block--) {
        const dropped = held[block];
        if (dropped === undefined || dropped === this.pool.nullBlock) break;
        freed.push(dropped);
        held[block] = this.pool.nullBlock;
      }
      this.pool.release(freed);
    });
  }

  /** Blocks to take from the free queue for `tokens` tokens, hits that lie in it included. */
  private needed(
    request: PlainRequest,
    tokens: number,
    computed: number,
    hit: Hit | undefined,
    capped: boolean,
  ): number {
    const { blockSize, ablation } = this.config;
    let sum = 0;
    this.groups.forEach((group, index) => {
      const held = request.held[index]?.length ?? 0;
      const hits = hit?.blocks[index] ?? [];
      const skipped = Math.floor(group.skipped(computed) / blockSize);
      const required = Math.min(Math.ceil(tokens / blockSize), capped ? group.cap : Infinity);
      sum += Math.max(required - Math.max(skipped, held + hits.length), 0);
      if (ablation === 'evictable-hits-cost') return;
      for (const block of hits.slice(Math.max(0, skipped - held)))
        if (block.refs === 0 && block !== this.pool.nullBlock) sum++;
    });
    return sum;
  }

  /** Makes the hit blocks the request's own. */
  private takeOver(request: PlainRequest, hit: Hit | undefined, computed: number): void {
    this.groups.forEach((group, index) => {
      const skipped = Math.floor(group.skipped(computed) / this.config.blockSize);
      const hits = (hit?.blocks[index] ?? []).slice(skipped);
      this.pool.touch(hits);
      const list = [...Array.from({ length: skipped }, () => this.pool.nullBlock), ...hits];
      request.held[index] = list;
      request.entered[index] = list.length;
    });
  }

  /** Lengthens every group's list to `blocks` blocks; returns those that were added. */
  private extend(request: PlainRequest, blocks: number): Block[][] {
    return this.groups.map((_, index) => {
      const list = (request.held[index] ??= []);
      const fresh = this.pool.take(Math.max(0, blocks - list.length));
      list.push(...fresh);
      return fresh;
    });
  }

  private watermark(request: PlainRequest, othersRun: boolean, admission: boolean): number {
    const { ablation, watermark, numGpuBlocks } = this.config;
    if (!admission || request.status === 'running') return 0;
    return othersRun || ablation === 'watermark-idle' ? Math.floor(watermark * numGpuBlocks) : 0;
  }
}
