import { describe, expect, it } from 'vitest';

import { PromptTree } from '../../../base/prompt-tree.ts';
import type { EngineConfig } from '../../../sim/engine/engine-config.ts';
import { CoreSteps } from '../../support/core-steps.ts';
import { ONE_REPLICA, playReplica, STEP } from '../../support/one-replica.ts';

/**
 * What simulators of LLM servers get wrong. Each test fails when the simulator makes the mistake that it is named after.
 * Fifteen traps: those of step times (7, 8, 9, 13) are in test/sim/latency, those of fleets (10, 12, 14) in test/sim/fleet.
 */
describe('fidelity traps of the engine', () => {
  describe('trap 1: admitting a request when its first chunk fits', () => {
    const play = (schedulerReserveFullIsl: boolean) => {
      const config: EngineConfig = {
        ...ONE_REPLICA,
        numGpuBlocks: Math.floor((4 * 6251) / 0.9),
        maxModelLen: 131_072,
        maxNumBatchedTokens: 8192,
        maxNumScheduledTokens: 8192,
        schedulerReserveFullIsl,
      };
      // Four prompts take 90 % of the blocks; the fifth does not fit beside them, its first chunk would.
      return playReplica(
        config,
        Array.from({ length: 5 }, (_, index) => ({
          at: index,
          input: 100_000,
          output: 8 * (5 - index) + 40,
        })),
      );
    };

    it('does not happen: the fifth of five long prompts waits for an end, and nobody is preempted', () => {
      const { requests, preemptions } = play(true);
      const firstEnd = Math.min(...requests.slice(0, 4).map(({ ended }) => ended));
      expect(requests[4]?.started).toBeGreaterThanOrEqual(firstEnd);
      expect(preemptions).toBe(0);
    });

    it('happens where vLLM is told to (scheduler_reserve_full_isl off)', () => {
      const { requests } = play(false);
      const firstEnd = Math.min(...requests.slice(0, 4).map(({ ended }) => ended));
      expect(requests[4]?.started).toBeLessThan(firstEnd);
    });
  });

  describe('trap 2: ignoring the lag of asynchronous scheduling', () => {
    it.each([
      { asyncScheduling: false, started: 3 * STEP },
      { asyncScheduling: true, started: 4 * STEP },
    ])('an arrival in the third step starts with step $started/100 (async: $asyncScheduling)', (lag) => {
      const { requests } = playReplica({ ...ONE_REPLICA, asyncScheduling: lag.asyncScheduling }, [
        { at: 0, input: 10, output: 20 },
        { at: 2.5 * STEP, input: 10, output: 2 },
      ]);
      expect(requests[1]?.started).toBe(lag.started);
    });

    it.each([
      { asyncScheduling: false, bubble: 0 },
      { asyncScheduling: true, bubble: STEP },
    ])('a freed slot stays empty for $bubble/100 steps (async: $asyncScheduling)', (lag) => {
      const config = { ...ONE_REPLICA, maxNumSeqs: 2, asyncScheduling: lag.asyncScheduling };
      const { requests } = playReplica(config, [
        { at: 0, input: 10, output: 30 },
        { at: 0, input: 10, output: 5 },
        { at: 0, input: 10, output: 5 },
      ]);
      expect(requests[1]?.ended).toBe(5 * STEP);
      expect(requests[2]?.started).toBe(5 * STEP + lag.bubble);
    });
  });

  it('trap 3: preempting the oldest, putting the victim at the end, or admitting in the pass that preempts', () => {
    // Ten usable blocks; two requests of four prompt blocks each grow until one block is missing.
    const core = new CoreSteps({ ...ONE_REPLICA, numGpuBlocks: 11, enablePrefixCaching: false });
    core.add('first', { input: 64, output: 60 });
    core.add('last', { input: 64, output: 60 });
    core.step();
    core.add('newcomer', { input: 16, output: 60 });
    let pass = core.step();
    while (pass.preempted.length === 0) pass = core.step();
    expect(pass).toEqual({ rows: ['first'], preempted: ['last'], waiting: ['last', 'newcomer'] });
    // A block for the newcomer is free all along; but the victim is first in line, and needs more.
    expect(core.free).toBeGreaterThan(1);
    do pass = core.step();
    while (pass.rows[0] === 'first');
    expect(pass.rows).toEqual(['last', 'newcomer']);
  });

  describe('trap 4: showing the router a prefix when its pass begins', () => {
    it('does not happen: events leave with the output of the step, while the same pass hits already', () => {
      const { requests, events } = playReplica({ ...ONE_REPLICA, asyncScheduling: false }, [
        { at: 0, input: 64, output: 2, text: 1 },
        { at: 0, input: 64, output: 2, text: 1 },
      ]);
      expect(requests.map(({ started }) => started)).toEqual([0, 0]);
      expect(requests.map(({ hitTokens }) => hitTokens)).toEqual([0, 48]);
      // The second one's last block is computed again, and found beside the first one's.
      expect(events[0]).toEqual({ at: STEP, stored: 4 + 1 });
    });

    it.each([
      { asyncScheduling: false, announced: 4 },
      { asyncScheduling: true, announced: 8 },
    ])('the first chunk of three announces $announced blocks (async: $asyncScheduling)', (lag) => {
      const config = { ...ONE_REPLICA, maxNumBatchedTokens: 64, maxNumScheduledTokens: 64 };
      const { events } = playReplica({ ...config, asyncScheduling: lag.asyncScheduling }, [
        { at: 0, input: 150, output: 2 },
      ]);
      expect(events[0]).toEqual({ at: STEP, stored: lag.announced });
    });
  });

  it.each([
    { length: 1024, drafts: 0, computed: 16 },
    { length: 1025, drafts: 0, computed: 1 },
    { length: 1039, drafts: 0, computed: 15 },
    // A layer that drafts needs what is behind the last block found.
    { length: 1024, drafts: 1, computed: 32 },
  ])(
    'trap 5: a full hit costing one token: $computed of $length are computed again ($drafts drafts)',
    (how) => {
      const { requests } = playReplica(
        { ...ONE_REPLICA, numSpeculativeTokens: how.drafts, useEagle: how.drafts > 0 },
        [
          { at: 0, input: how.length, output: 1, text: 1 },
          { at: 100 * STEP, input: how.length, output: 1, text: 1 },
        ],
        { proposed: () => how.drafts, accepted: () => 0 },
      );
      expect(how.length - (requests[1]?.hitTokens ?? 0)).toBe(how.computed);
    },
  );

  it('trap 6: evicting whole requests, and counting cached blocks that nobody holds as used', () => {
    const tree = new PromptTree();
    const text = (content: number, tokens: number) => tree.prompt([{ content, start: 0, tokens }]);
    const core = new CoreSteps({ ...ONE_REPLICA, numGpuBlocks: 11 }, tree);
    core.add('ten blocks', { prompt: text(1, 160), output: 1 });
    core.step();
    expect(core.free).toBe(10);
    core.add('four others', { prompt: text(2, 64), output: 1 });
    core.add('ten again', { prompt: text(1, 160), output: 1 });
    while (core.step().waiting.length > 0);
    expect(core.hitTokens('ten again')).toBe(6 * 16);
  });

  describe('trap 11: freeing the KV of a prefill at once, and counting loads as running', () => {
    it('does not happen: until the KV is fetched the producer admits nobody who needs its blocks', () => {
      const core = new CoreSteps({ ...ONE_REPLICA, numGpuBlocks: 11, kvRole: 'kv_producer' });
      core.add('prefilled', { input: 96, output: 1, sendsKv: true });
      core.add('next', { input: 96, output: 1, sendsKv: true });
      expect(core.step()).toEqual({ rows: ['prefilled'], preempted: [], waiting: ['next'] });
      expect(core.free).toBe(4);
      expect(core.step().rows).toEqual([]);
      core.sent('prefilled');
      expect(core.step().rows).toEqual(['next']);
    });

    it('does not happen: a load takes blocks, but no slot and no tokens', () => {
      const config = { ...ONE_REPLICA, maxNumSeqs: 1, numGpuBlocks: 21, asyncScheduling: false };
      const core = new CoreSteps({ ...config, kvRole: 'kv_consumer' });
      core.add('loaded', { input: 96, output: 2, remoteTokens: 96 });
      core.add('local', { input: 32, output: 1 });
      expect(core.step()).toEqual({ rows: ['local'], preempted: [], waiting: ['loaded'] });
      expect(core.free).toBe(20 - 6);
      core.received('loaded');
      // Its last prompt token is computed here.
      expect(core.step().rows).toEqual(['loaded']);
      expect(core.totalTokens).toBe(1);
    });
  });

  it('trap 14: showing the router live state: gauges are those of the last output, the waiting among them', () => {
    const { gaugesAt } = playReplica({ ...ONE_REPLICA, maxNumSeqs: 1, asyncScheduling: false }, [
      { at: 0, input: 10, output: 10 },
      { at: 1.2 * STEP, input: 10, output: 1 },
    ]);
    const seen = [0.5, 1.5, 2.5, 3.5, 10.5, 11.5].map((steps) => {
      const { running, waiting } = gaugesAt(steps * STEP);
      return [running, waiting];
    });
    // The second request waits in the engine's input queue until a pass is composed; the output of that pass shows it.
    expect(seen).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
  });

  describe('trap 15: miscounting the steps of a request', () => {
    const chunks = 3;
    const output = 7;
    const play = (asyncScheduling: boolean, limited: boolean) =>
      playReplica(
        {
          ...ONE_REPLICA,
          asyncScheduling,
          maxNumBatchedTokens: 64,
          maxNumScheduledTokens: 64,
          overhead: { ingest: 40 / STEP, ingestPerToken: 0, output: 0 },
        },
        [{ at: 0, input: 64 * (chunks - 1) + 20, output, limited }],
      );

    it.each([false, true])('TTFT is ingest and the steps of its chunks (async: %s)', (asyncScheduling) => {
      const [request] = play(asyncScheduling, true).requests;
      const ingest = (request?.started ?? 0) - 0;
      expect(ingest).toBe(40);
      expect(request?.firstToken).toBe(ingest + chunks * STEP);
      expect(request?.ended).toBe(ingest + (chunks + output - 1) * STEP);
    });

    it.each([
      { asyncScheduling: false, limited: true, wasted: 0 },
      { asyncScheduling: false, limited: false, wasted: 0 },
      { asyncScheduling: true, limited: true, wasted: 0 },
      { asyncScheduling: true, limited: false, wasted: 1 },
    ])('$wasted steps are wasted (async: $asyncScheduling, end known: $limited)', (how) => {
      const { steps } = play(how.asyncScheduling, how.limited);
      expect(steps).toBe(chunks + output - 1 + how.wasted);
    });
  });

  it('livelock: a request that can never fit is refused with the reason', () => {
    const config = { ...ONE_REPLICA, numGpuBlocks: 11, maxModelLen: 400 };
    const { requests } = playReplica(config, [
      { at: 0, input: 170, output: 2 },
      { at: 0, input: 100, output: 100 },
      { at: 0, input: 500, output: 1 },
      { at: 0, input: 300, output: 200, limited: true },
      { at: 0, input: 100, output: 60 },
    ]);
    expect(requests.map(({ refused }) => refused)).toEqual([
      'never fits the KV cache',
      'never fits the KV cache',
      'input too long',
      'input and output too long',
      undefined,
    ]);
    expect(requests[4]?.ended).toBe(60 * STEP);
  });

  it('keys: equal tokens behind another salt or adapter are not a hit', () => {
    const tree = new PromptTree();
    const spans = [{ content: 1, start: 0, tokens: 64 }];
    const core = new CoreSteps(ONE_REPLICA, tree);
    core.add('plain', { prompt: tree.prompt(spans, ''), output: 1 });
    core.add('salted', { prompt: tree.prompt(spans, 'salt'), output: 1 });
    core.add('again', { prompt: tree.prompt(spans, ''), output: 1 });
    core.step();
    expect(['plain', 'salted', 'again'].map((name) => core.hitTokens(name))).toEqual([0, 0, 48]);
  });
});
