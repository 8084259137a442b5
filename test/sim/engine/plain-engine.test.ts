import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import type { EngineRequest, ServerListener } from '../../../sim/engine/model-server.ts';
import { PlainReplica } from '../../support/plain-engine/plain-replica.ts';
import type { PlainArrival } from '../../support/plain-engine/plain-request.ts';
import { PlainScheduler } from '../../support/plain-engine/plain-scheduler.ts';
import { ONE_REPLICA } from '../../support/one-replica.ts';

describe('the plain engine', () => {
  it('frees blocks tail first: unnamed ones to the front, named ones to the end', () => {
    const engine = new PlainScheduler(config({ numGpuBlocks: 8 }));
    engine.add(arrival('a', 40));
    step(engine);
    engine.abort('a');
    expect(engine.cache.pool.front()).toEqual([3, 4, 5, 6, 7, 2, 1]);
  });

  it('computes the last block again when all of a prompt is cached', () => {
    const engine = new PlainScheduler(config({ numGpuBlocks: 200, maxModelLen: 2048 }));
    engine.add(arrival('a', 1024));
    engine.add(arrival('b', 1024));
    expect(tokens(step(engine))).toEqual([1024, 16]);
  });

  it('lets a prompt wait that does not fit as a whole, and everybody behind it', () => {
    const engine = new PlainScheduler(config({ numGpuBlocks: 11, maxNumBatchedTokens: 64 }));
    engine.add(arrival('a', 64, 'a'));
    engine.add(arrival('b', 128, 'b'));
    engine.add(arrival('c', 16, 'c'));
    expect(tokens(step(engine))).toEqual([64]);
    expect(tokens(step(engine))).toEqual([1]);
    expect(engine.waiting.list().map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('preempts the last admitted for an older one, and takes it back before newcomers', () => {
    const engine = new PlainScheduler(config({ numGpuBlocks: 5 }));
    engine.add(arrival('a', 32, 'a'));
    engine.add(arrival('b', 32, 'b'));
    step(engine);
    engine.add(arrival('c', 16, 'c'));
    const pass = step(engine);
    expect(pass.preempted.map(({ id }) => id)).toEqual(['b']);
    expect(engine.waiting.list().map(({ id }) => id)).toEqual(['b', 'c']);
  });
});

describe('the plain replica', () => {
  it('starts an arrival one step later when passes are composed ahead', () => {
    expect(startOfSecond(false)).toBe(20);
    expect(startOfSecond(true)).toBe(30);
  });

  it('wastes a row on an end that nobody could know, and none on a limit', () => {
    expect(endOfLife({ asyncScheduling: true }, undefined)).toBe(40);
    expect(endOfLife({ asyncScheduling: true }, 3)).toBe(30);
    expect(endOfLife({ asyncScheduling: false }, undefined)).toBe(30);
  });
});

/** A request that decodes from 0 on, ten ticks a step; a second one arrives at 15: when does it start? */
function startOfSecond(asyncScheduling: boolean): number | undefined {
  const told = run(config({ asyncScheduling }), [
    { at: 0, request: request(0, 8) },
    { at: 15, request: request(1, 2) },
  ]);
  return told.starts[1];
}

/** Three output tokens of ten ticks each: when does the GPU come to rest? */
function endOfLife(settings: Partial<EngineConfig>, limit: number | undefined): number {
  return run(config(settings), [{ at: 0, request: { ...request(0, 3), maxOutputTokens: limit } }]).rest;
}

function run(
  settings: EngineConfig,
  arrivals: readonly { readonly at: number; readonly request: EngineRequest }[],
): { starts: number[]; rest: number } {
  const starts: number[] = [];
  let rest = 0;
  const listener: ServerListener = {
    started: ({ index }, at) => {
      starts[index] = at;
    },
    firstToken: () => undefined,
    gaps: () => undefined,
    ended: () => undefined,
    preempted: () => undefined,
    interval: ({ to, steps }) => {
      if (steps > 0) rest = to;
    },
  };
  const timer = { step: () => 10, growth: () => undefined };
  const replica = new PlainReplica(settings, timer, listener, 1);
  for (const { at, request } of arrivals) {
    replica.advance(at - 1);
    replica.add(request, at);
  }
  for (let next = replica.nextEvent(); next < Infinity; next = replica.nextEvent()) replica.advance(next);
  return { starts, rest };
}

function request(index: number, outputTokens: number): EngineRequest {
  const tree = new PromptTree();
  return {
    index,
    prompt: tree.prompt([{ content: index + 1, start: 0, tokens: 20 }]),
    outputContent: tree.privateContent(),
    outputTokens,
    maxOutputTokens: undefined,
    priority: 0,
    lora: undefined,
  };
}

/** A request that never ends by itself; equal texts have equal blocks. */
function arrival(id: string, promptTokens: number, text = ''): PlainArrival {
  return {
    id,
    order: 0,
    priority: 0,
    lora: undefined,
    promptTokens,
    maxTokens: 1000,
    ends: () => false,
    keyOf: (block) => block + 1000 * (text.codePointAt(0) ?? 0),
    remoteTokens: 0,
    sends: false,
  };
}

function step(engine: PlainScheduler) {
  const pass = engine.schedule();
  const sampled = [...pass.rows].filter(([, row]) => !row.isChunk).map(([request]) => request);
  engine.update(pass, { tokens: new Map(sampled.map((one) => [one, [0]])), received: [], sent: [] });
  return pass;
}

function tokens(pass: ReturnType<typeof step>): number[] {
  return [...pass.rows.values()].map((row) => row.tokens);
}

function config(settings: Partial<EngineConfig>): EngineConfig {
  return {
    ...ONE_REPLICA,
    numGpuBlocks: 100,
    maxModelLen: 1024,
    maxNumSeqs: 8,
    asyncScheduling: false,
    ...settings,
  };
}
