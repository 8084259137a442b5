import { describe, expect, it } from 'vitest';

import { publishedExperiments } from '../../../calibration/validate/published/published-experiments.ts';
import { renderTime } from '../../../calibration/validate/published/render-time.ts';
import { routerOfArm } from '../../../calibration/validate/published/router-of-arm.ts';
import { score } from '../../../calibration/validate/score.ts';
import { nodeProfiles } from '../../../cli/files/node-resources.ts';
import { TaskPlayer } from '../../../cli/jobs/task-player.ts';
import { loadEngine } from '../../../hardware-profiles/load-engine.ts';
import { entrySchema } from '../../../scenarios/inference-perf/entry-schema.ts';

const WORKLOAD = {
  id: 'ladder',
  load: {
    type: 'poisson',
    interval: 1,
    stages: [
      { rate: 4, duration: 5, role: 'warmup' },
      { rate: 2, duration: 10 },
      { rate: 8, duration: 10 },
    ],
  },
  data: {
    type: 'shared_prefix',
    shared_prefix: {
      num_groups: 6,
      num_prompts_per_group: 2,
      system_prompt_len: 1500,
      question_len: 100,
      output_len: 40,
      enable_multi_turn_chat: false,
    },
  },
  ignoreEos: true,
};

const rows = (arm: string, factor: number) =>
  [2, 8].map((rate) => ({
    arm,
    ratePerSec: rate,
    ttftMeanS: 0.1 * factor * rate,
    ttftP90S: 0.2 * factor * rate,
    outputTokPerSec: 30 * rate,
  }));

const FLEET = {
  id: 'made-up',
  kind: 'cluster',
  date: '2026-05',
  model: 'Qwen/Qwen3-32B',
  gpu: 'NVIDIA H100 80GB',
  tp: 2,
  servers: 2,
  engine: { flags: { 'max-num-batched-tokens': 4096 }, kvCacheTokensPerServer: 200000 },
  offload: null,
  workload: { ref: 'ladder' },
  router: {
    arms: [
      { arm: 'k8s-rr', description: 'a Service' },
      {
        arm: 'blend',
        plugins: [
          { type: 'prefix-cache-scorer', parameters: { lruCapacityPerServer: 1000 } },
          { type: 'kv-cache-scorer', parameters: {} },
          { type: 'max-score-picker', parameters: { maxNumOfEndpoints: 1 } },
        ],
        weights: { 'prefix-cache-scorer': 3, 'kv-cache-scorer': 1 },
      },
    ],
  },
  results: { rows: [...rows('k8s-rr', 2), ...rows('blend (run A)', 1), ...rows('blend (run B)', 1.2)] },
};

describe('published experiments', () => {
  it('plays each policy through the stages of the load generator and compares stage by stage', () => {
    const found = publishedExperiments('made.json', [FLEET], [WORKLOAD], nodeProfiles());
    const player = new TaskPlayer();
    const outcomes = found.cases.map((one) => {
      const source = { scenario: one.scenario, sets: [], changes: [], requests: undefined, cwd: '.' };
      const task = { label: '', source, policy: one.policy, seed: 1, withRequests: false };
      const { entry, problems } = player.play<'forecast'>({ kind: 'forecast', ...task }, () => undefined);
      expect(problems).toEqual([]);
      return { entry };
    });
    expect(outcomes.map(({ entry }) => entry?.stages?.map(({ requests }) => requests.completed))).toEqual([
      [20, 20, 80],
      [20, 20, 80],
    ]);
    const { cells, knees, orders, notScored } = score(found, outcomes);
    expect(notScored).toEqual([]);
    expect(cells.map(({ id, metric }) => `${id} ${metric}`)).toContain('made-up blend 8/s ttft.p90');
    const blend = cells.find(({ id, metric }) => id === 'made-up blend 8/s' && metric === 'ttft.mean');
    expect(blend?.measured).toBeCloseTo(0.88, 12);
    expect(blend?.noise).toBeCloseTo((0.16 * Math.SQRT1_2) / 0.88, 12);
    expect(blend?.client).toBe('documented');
    expect(knees.map(({ measured }) => measured)).toEqual([8, 8]);
    const [ttft] = orders;
    expect(ttft?.measured).toEqual(['blend', 'k8s-rr']);
    expect(ttft?.measuredValues['k8s-rr']).toBeCloseTo((20 * 0.4 + 80 * 1.6) / 100, 12);
  });

  it('takes the KV tokens of the nearest report on the same servers where a report says none', () => {
    const other = (date: string, tokens: number, gpu = FLEET.gpu) => ({
      ...FLEET,
      id: date,
      gpu,
      date,
      engine: { kvCacheTokensPerServer: tokens },
    });
    const silent = { ...FLEET, id: 'silent', date: '2026 Q2 or so', engine: { version: 'not stated' } };
    const reports = [other('2025-09', 1), other('2026-06', 2), other('2026-05', 3, 'NVIDIA H200'), silent];
    const { cases } = publishedExperiments('made.json', reports, [WORKLOAD], nodeProfiles());
    const own = cases.filter(({ id }) => id.startsWith('silent'));
    expect(own.length).toBeGreaterThan(1);
    for (const { scenario, labels } of own) {
      expect(scenario.text).toContain('"kv_cache_tokens":2');
      expect(labels).toContain('kv-tokens-of-another-report');
    }
    expect(cases[0]?.labels).not.toContain('kv-tokens-of-another-report');
  });

  it('says why other experiments are not scored', () => {
    const reasonOf = (change: object): string | undefined =>
      publishedExperiments('made.json', [{ ...FLEET, ...change }], [WORKLOAD], nodeProfiles()).notScored[0]
        ?.reason;
    expect(reasonOf({ kind: 'calibration' })).toContain('calibration table');
    expect(reasonOf({ offload: { cpu: '100 GiB' } })).toContain('KV tiers');
    expect(reasonOf({ engine: { flags: { 'kv-transfer': 'NixlConnector' } } })).toContain(
      'prefill and decode',
    );
    expect(reasonOf({ workload: { ref: 'another' } })).toContain('workload');
    expect(reasonOf({ model: 'somebody/new' })).toContain('somebody/new');
    expect(reasonOf({ results: { rows: rows('blend (tau 40k label)', 1) } })).toContain('not given');
  });
});

describe('the router of a published policy', () => {
  it('writes the configurations of older pickers in the words of today', () => {
    const made = routerOfArm({
      arm: 'precise',
      plugins: [
        { type: 'prefix-cache-scorer', parameters: { mode: 'cache_tracking', blockSizeTokens: 64 } },
        { type: 'prefix-cache-affinity-filter', parameters: { maxTokensInFlightPenalty: '31856 or so' } },
        { type: 'queue-scorer', parameters: {} },
      ],
      weights: { 'prefix-cache-scorer': 3, 'queue-scorer': 0 },
    });
    expect(made).toMatchObject({
      blockSize: 64,
      tokenises: true,
      router: {
        config: {
          plugins: [
            {
              type: 'token-producer',
              parameters: { modelName: 'served', vllm: { url: 'http://localhost:8000' } },
            },
            { type: 'precise-prefix-cache-scorer', parameters: { tokenProcessorConfig: { blockSize: 64 } } },
            { type: 'prefix-cache-affinity-filter', parameters: { maxTTFTPenaltyMs: 2000 } },
            { type: 'queue-scorer' },
          ],
          schedulingProfiles: [
            {
              plugins: [
                { pluginRef: 'precise-prefix-cache-scorer', weight: 3 },
                { pluginRef: 'prefix-cache-affinity-filter' },
              ],
            },
          ],
        },
      },
    });
  });

  it('asks a server that tokenises, which takes as long as its way in', () => {
    const engine = loadEngine(nodeProfiles(), 'vllm-0.28');
    const load = { type: 'constant', stages: [{ rate: 1, duration: 1 }] };
    const entry = (data: unknown) => entrySchema.parse({ load, data });
    const prefixes = { num_groups: 2, num_prompts_per_group: 1, output_len: 1 };
    const long = {
      ...prefixes,
      system_prompt_len: 6000,
      question_len: { type: 'uniform', min: 1000, max: 1400 },
    };
    expect(renderTime(engine, entry({ type: 'shared_prefix', shared_prefix: long }))).toBe('18.8ms');
    const replay = { shared_system_prompt_len: 0, turns_per_conversation: 2 };
    expect(renderTime(engine, entry({ type: 'conversation_replay', conversation_replay: replay }))).toBe(
      '9.2ms',
    );
  });

  it('gives up on parameters that are not given', () => {
    const plugins = [{ type: 'prefix-cache-affinity-filter', parameters: { affinityThreshold: '${TAU}' } }];
    expect(routerOfArm({ arm: 'a', plugins })).toContain('${TAU}');
    expect(routerOfArm({ arm: 'who knows' })).toContain('nothing says');
  });
});
