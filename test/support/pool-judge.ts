import fc from 'fast-check';

import { PromptTree, type TreePrompt } from '../../base/prompt-tree.ts';
import { blockKey } from '../../base/prompt-tree.ts';
import { contentKey } from './plain-engine/plain-groups.ts';
import { BlockPool } from '../../sim/engine/block-pool.ts';
import type { EngineConfig } from '../../sim/engine/engine-config.ts';
import { KvCacheManager } from '../../sim/engine/kv-cache-manager.ts';
import type { EngineRequest } from '../../sim/engine/model-server.ts';
import { Sequence } from '../../sim/engine/sequence.ts';
import { arrivalOf } from './plain-engine/plain-arrival.ts';
import { PlainKvCache } from './plain-engine/plain-kv-cache.ts';
import { plainRequest, type PlainRequest } from './plain-engine/plain-request.ts';

/** Something that happens to a KV cache. */
export type PoolAction =
  /** A request arrives: part of a shared text, or all of an earlier one, then tokens of its own; its first chunk. */
  | {
      readonly do: 'admit';
      readonly text: number;
      readonly shared: number;
      readonly own: number;
      readonly follows: number;
      readonly chunk: number;
    }
  /** A request that is here computes more of its prompt, or its next output token. */
  | { readonly do: 'grow'; readonly who: number; readonly tokens: number }
  | { readonly do: 'free'; readonly who: number };

export const poolActions: fc.Arbitrary<PoolAction[]> = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('admit' as const),
        text: fc.integer({ min: 1, max: 3 }),
        shared: fc.integer({ min: 0, max: 40 }),
        own: fc.integer({ min: 1, max: 12 }),
        follows: fc.integer({ min: 0, max: 4 }),
        chunk: fc.integer({ min: 1, max: 60 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('grow' as const),
        who: fc.nat(20),
        tokens: fc.integer({ min: 1, max: 30 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('free' as const), who: fc.nat(20) }) },
  ),
  { minLength: 1, maxLength: 120, size: 'max' },
);

/** What both caches said of a list of actions, and their free queues at the end. */
export interface Judged {
  readonly plain: string[];
  readonly product: string[];
  /** How often something was hit, did not fit, and was evicted. */
  readonly hits: number;
  readonly refusals: number;
  readonly evictions: number;
}

interface Holder {
  readonly plain: PlainRequest;
  readonly product: Sequence;
}

/** Does the same to the per-block cache and to the product's. */
export function judgePool(actions: readonly PoolAction[], config: EngineConfig): Judged {
  const judge = new PoolJudge(config);
  for (const action of actions) judge.act(action);
  return judge.end();
}

class PoolJudge {
  private readonly config: EngineConfig;
  private readonly plain: PlainKvCache;
  private readonly pool: BlockPool;
  private readonly manager: KvCacheManager;
  private readonly tree = new PromptTree();
  private readonly wholes: TreePrompt[] = [];
  private readonly holders: Holder[] = [];
  private readonly said = { plain: [] as string[], product: [] as string[] };
  private removed: number[] = [];
  private hits = 0;
  private refusals = 0;

  constructor(config: EngineConfig) {
    this.config = config;
    this.plain = new PlainKvCache(config);
    this.pool = new BlockPool(config.numGpuBlocks - 1, {
      stored: () => undefined,
      removed: (run, lo, hi) => {
        for (let block = hi - 1; block >= lo; block--) this.removed.push(blockKey(run, block));
      },
    });
    this.manager = new KvCacheManager(config, this.pool);
  }

  act(action: PoolAction): void {
    if (action.do === 'admit') this.admit(action);
    const place = 'who' in action ? action.who % Math.max(1, this.holders.length) : 0;
    const holder = this.holders[place];
    if (action.do === 'grow' && holder !== undefined) this.grow(holder, action.tokens);
    if (action.do === 'free' && holder !== undefined) {
      this.holders.splice(place, 1);
      this.plain.free(holder.plain);
      this.manager.free(holder.product);
    }
    this.said.plain.push(`free ${this.plain.pool.free}`);
    this.said.product.push(`free ${this.pool.free}`);
  }

  /** Takes all free blocks one by one: what each of them held is the order of the free queue. */
  end(): Judged {
    const { evictions } = this.plain.pool;
    // What leaves the cache is announced under the same key for every group of layers.
    const seen = (key: number | undefined) => (key === undefined ? 'blank' : contentKey(key));
    const order = this.plain.pool.queuedKeys().map(seen);
    this.said.plain.push(`queue ${order.join(' ')}`);
    const taken: (number | string)[] = [];
    while (this.pool.free > 0) {
      this.removed = [];
      this.pool.take(1);
      taken.push(this.removed[0] ?? 'blank');
    }
    this.said.product.push(`queue ${taken.join(' ')}`);
    return { ...this.said, hits: this.hits, refusals: this.refusals, evictions };
  }

  private admit({ text, shared, own, follows, chunk }: PoolAction & { do: 'admit' }): void {
    const { tree, wholes, config } = this;
    const before = follows > 0 ? wholes.at(-follows) : undefined;
    const start = before ?? tree.prompt([{ content: text, start: 0, tokens: shared }]);
    const prompt = start.extend([{ content: tree.privateContent(), start: 0, tokens: own }]);
    const request: EngineRequest = {
      index: wholes.length,
      prompt,
      outputContent: tree.privateContent(),
      outputTokens: 20,
      maxOutputTokens: undefined,
      priority: 0,
      lora: undefined,
    };
    if (prompt.length + 20 >= config.maxModelLen) return;
    wholes.push(prompt.extend([{ content: request.outputContent, start: 0, tokens: 20 }]));
    const plain = plainRequest(arrivalOf(request, String(request.index), config));
    const product = new Sequence(request, config.maxModelLen, 0);
    const othersRun = this.holders.length > 0;

    const hit = this.plain.lookup(plain);
    plain.junction = hit.junction;
    const tokens = Math.min(chunk, prompt.length - hit.tokens);
    const whole = config.schedulerReserveFullIsl;
    const fits = this.plain.allocate(plain, { tokens, hit, admission: { whole, othersRun } }) !== undefined;
    this.said.plain.push(`hit ${hit.tokens}, fits ${fits}`);
    const found = this.manager.lookUp(product);
    const admitted = this.manager.admit(product, tokens, othersRun);
    this.said.product.push(`hit ${found}, fits ${admitted}`);
    if (hit.tokens > 0) this.hits++;
    if (!fits) this.refusals++;
    if (!fits || !admitted) return;
    plain.status = 'running';
    plain.computed = hit.tokens + tokens;
    product.status = 'running';
    product.computed = found + tokens;
    this.manager.cache(product, product.computed);
    this.holders.push({ plain, product });
  }

  private grow({ plain, product }: Holder, most: number): void {
    let left = plain.promptTokens + plain.outputs.length - plain.computed;
    if (left === 0) {
      // The step before has brought the next token.
      if (plain.outputs.length === 20) return;
      plain.outputs.push(plain.outputs.length);
      product.tokens++;
      product.outputs++;
      left = 1;
    }
    const tokens = Math.min(most, left);
    const fits = this.plain.allocate(plain, { tokens }) !== undefined;
    const grown = this.manager.grow(product, tokens);
    this.said.plain.push(`fits ${fits}`);
    this.said.product.push(`fits ${grown}`);
    if (!fits) this.refusals++;
    if (!fits || !grown) return;
    plain.computed += tokens;
    product.computed += tokens;
    this.manager.cache(product, product.computed);
  }
}
