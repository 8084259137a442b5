import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import { loadConfig } from '../../../scheduler/config/load-config.ts';
import type { KvEvent } from '../../../scheduler/kv-event.ts';
import { RIVAL_POLICIES } from '../../../scheduler/rivals/rival-policies.ts';
import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import { KvEventFeed } from '../../../sim/fleet/kv-event-feed.ts';
import type { RouterInput, RunInput } from '../../../sim/fleet/run-input.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { blackBox } from '../../../sim/latency/black-box.ts';
import type { Request, RequestSource } from '../../../sim/workload/request.ts';
import { ONE_SERVER, QUICK_GATEWAY, WHOLE_RUN } from '../../support/fleet-parts.ts';
import { keysOf } from '../../support/keys-of.ts';
import { ONE_REPLICA } from '../../support/one-replica.ts';

const BLOCK = 16;

describe('KvEventFeed', () => {
  const tree = new PromptTree();
  const prompt = tree.prompt([
    { content: 1, start: 0, tokens: 40 },
    { content: 2, start: 0, tokens: 60 },
  ]);
  const received = (feed: KvEventFeed, now: number): KvEvent[] => {
    const got: KvEvent[] = [];
    feed.deliver(now, (_, events) => got.push(...events));
    return got;
  };

  it('hands events over after their delay, in order', () => {
    const feed = new KvEventFeed(5, () => BLOCK);
    const [run] = prompt.path;
    if (run === undefined) throw new Error('no run');
    feed.push(1, [{ type: 'removed', run, from: 0, to: 2 }], 10);
    feed.push(0, [{ type: 'removed', run, from: 2, to: 3 }], 12);
    expect([feed.nextTime(), received(feed, 14)]).toEqual([15, []]);
    expect(received(feed, 15)).toEqual([
      { type: 'removed', blocks: [{ firstKey: prompt.keys(BLOCK)[0]?.firstKey, count: 2 }] },
    ]);
    expect(received(feed, 100).length).toBe(1);
    expect(feed.nextTime()).toBe(Infinity);
  });

  it('names stored blocks by the keys of prompts, and cuts them at any block size', () => {
    const feed = new KvEventFeed(0, () => BLOCK);
    feed.push(0, [{ type: 'stored', path: prompt.path, from: 0, to: 4, lora: undefined }], 0);
    feed.push(0, [{ type: 'stored', path: prompt.path, from: 4, to: 6, lora: undefined }], 0);
    const [first, second] = received(feed, 0);
    if (first?.type !== 'stored' || second?.type !== 'stored') throw new Error('not stored');
    const names = keysOf(prompt.keys(BLOCK));
    expect([...keysOf(first.blocks), ...keysOf(second.blocks)]).toEqual(names);
    expect([first.parent, second.parent]).toEqual([undefined, names[3]]);
    for (const blockTokens of [8, 16, 32]) {
      const begun = first.tokens?.keys(blockTokens, undefined, '') ?? [];
      const last = begun.at(-1);
      const rest = second.tokens?.keys(blockTokens, (last?.firstKey ?? 0) + (last?.count ?? 0) - 1, '') ?? [];
      const blocks = [...begun, ...rest].reduce((sum, { count }) => sum + count, 0);
      expect(blocks).toBe(96 / blockTokens);
      expect(begun[0]).toEqual({ ...prompt.keys(blockTokens)[0], count: begun[0]?.count });
    }
  });
});

const ENGINE: EngineConfig = {
  ...ONE_REPLICA,
  blockSize: BLOCK,
  numGpuBlocks: 2001,
  maxModelLen: 100_000,
  maxNumSeqs: 8,
  maxNumBatchedTokens: 8192,
  maxNumScheduledTokens: 8192,
  asyncScheduling: false,
  prefixCacheRetentionInterval: undefined,
};

/** One request a second, far apart: prompts of six topics, each with an end of its own. */
function source(): RequestSource {
  const tree = new PromptTree();
  let position = 0;
  const count = 400;
  return {
    closedLoop: false,
    lastArrival: count,
    count,
    peek: () => (position < count ? position : undefined),
    next: (): Request => {
      const index = position++;
      return {
        index,
        id: `r${index}`,
        arrival: index,
        prompt: tree.prompt([
          { content: 1 + (index % 6), start: 0, tokens: 2000 },
          { content: tree.privateContent(), start: 0, tokens: 100 },
        ]),
        outputContent: tree.privateContent(),
        outputTokens: 20,
      };
    },
    ended: () => undefined,
  };
}

const PRECISE = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: token-producer, parameters: {modelName: m, vllm: {}}}
- {type: precise-prefix-cache-producer, parameters: {tokenProcessorConfig: {blockSizeTokens: BLOCK}}}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer}]}`;

function precise(blockTokens: number, replicas = 1): RouterInput {
  const config = loadConfig(PRECISE.replace('BLOCK', String(blockTokens)), {});
  return { kind: 'endpoint-picker', config, gateway: { ...QUICK_GATEWAY, replicas }, tieBreak: 'random' };
}

function rival(name: string): RouterInput {
  const make = RIVAL_POLICIES.get(name);
  if (make === undefined) throw new Error(`no ${name}`);
  return { kind: 'policy', make, gateway: QUICK_GATEWAY };
}

describe('a router that follows the engines’ caches', () => {
  it.each([
    ['precise', precise(16), 16],
    ['precise with larger blocks than the engine', precise(64), 64],
    ['precise with smaller blocks than the engine', precise(8), 16],
    ['two replicas of it', precise(16, 2), 16],
    ["Dynamo's KV router", rival('dynamo@2026-06:kv-router'), 16],
    ["the production stack's kvaware", rival('production-stack@a6c01db:kv-aware'), 16],
  ])('knows what they hold when nothing is under way: %s', (_, router, blockTokens) => {
    const input: RunInput = {
      ...WHOLE_RUN,
      policy: 'x',
      workload: { open: source, sha256: 'topics', finish: 'eos', hasSessions: false },
      pools: [
        {
          ...ONE_SERVER,
          replicas: 3,
          engine: ENGINE,
          stepTime: blackBox({ constant: 0.001, perToken: 0.00001, perContextToken: 0 }),
        },
      ],
      router,
    };
    const { entry } = simulate(input);
    const { hitTokens, predictedHitTokens } = entry.prefixCache;
    expect(entry.requests.completed).toBe(400);
    // Each topic is computed once; later requests hit its 2,000 tokens, cut to whole blocks on either side.
    const believed = Math.floor(2000 / blockTokens) * blockTokens;
    expect(hitTokens).toBe(394 * 2000);
    expect(predictedHitTokens).toBe(394 * believed);
  });
});
