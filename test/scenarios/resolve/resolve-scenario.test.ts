import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

import { scenarioYaml } from '../../../scenarios/resolve/scenario-yaml.ts';
import { engine, engineOf, labelsOf, refusals, resolve, TP1 } from '../../support/resolved.ts';
import { BLACK_BOX_SCENARIO, SMALL_SCENARIO } from '../../support/scenario-text.ts';

describe('the engine of a pool', () => {
  it('has the defaults of vLLM 0.33 on an H100', () => {
    expect(engineOf(resolve(SMALL_SCENARIO))).toMatchObject({
      blockSize: 16,
      maxModelLen: 40960,
      maxNumSeqs: 1024,
      maxNumBatchedTokens: 8192,
      maxNumScheduledTokens: 8192,
      enableChunkedPrefill: true,
      enablePrefixCaching: true,
      asyncScheduling: true,
      schedulerReserveFullIsl: true,
      policy: 'fcfs',
      overhead: { ingest: 0.008, output: 0.0008 },
    });
  });

  it('has the batch limits of its GPU class', () => {
    const small = resolve(SMALL_SCENARIO, [
      'spec.model=llama-3.1-8b',
      'spec.fleet.pools[0].hardware=l40s-48gb',
      TP1,
    ]);
    expect(engineOf(small)).toMatchObject({ maxNumSeqs: 256, maxNumBatchedTokens: 2048 });
    const large = resolve(SMALL_SCENARIO, ['spec.fleet.pools[0].hardware=b200-sxm-180gb']);
    expect(engineOf(large)).toMatchObject({ maxNumSeqs: 1024, maxNumBatchedTokens: 16384 });
  });

  it('takes what the scenario says', () => {
    expect(
      engineOf(
        resolve(SMALL_SCENARIO, [
          engine('max_num_seqs=64'),
          engine('max_num_batched_tokens=2048'),
          engine('enable_prefix_caching=false'),
          engine('async_scheduling=false'),
          engine('ingest_delay=5ms'),
          engine('scheduling_policy=priority'),
        ]),
      ),
    ).toMatchObject({
      maxNumSeqs: 64,
      maxNumBatchedTokens: 2048,
      enablePrefixCaching: false,
      asyncScheduling: false,
      policy: 'priority',
      overhead: { ingest: 0.005 },
    });
  });

  it('refuses limits with which vLLM would not start', () => {
    expect(
      refusals(SMALL_SCENARIO, [engine('max_num_batched_tokens=512'), engine('max_num_seqs=1024')]),
    ).toEqual([expect.stringContaining('max_num_batched_tokens must be at least max_num_seqs: 512 < 1024')]);
    expect(
      refusals(SMALL_SCENARIO, [
        engine('max_num_batched_tokens=8192'),
        engine('enable_chunked_prefill=false'),
      ]),
    ).toEqual([
      expect.stringContaining('must be at least max_model_len without chunked prefill: 8192 < 40960'),
    ]);
  });

  it('labels a length limit beyond the model', () => {
    const scenario = resolve(SMALL_SCENARIO, [engine('max_model_len=131072')]);
    expect(engineOf(scenario).maxModelLen).toBe(131072);
    expect(labelsOf(scenario, 'rope-scaling')).toEqual([
      'max_model_len 131072 exceeds the 40960 of qwen3-32b: it stands for rope scaling (YaRN)',
    ]);
    expect(labelsOf(resolve(SMALL_SCENARIO), 'rope-scaling')).toEqual([]);
  });

  it('runs other engines as vLLM, and says so', () => {
    const scenario = resolve(SMALL_SCENARIO, [engine('profile=sglang-0.5')]);
    expect(labelsOf(scenario, 'other-engine')).toEqual([
      'sglang-0.5 runs as vllm-0.33: other engines have no profile',
    ]);
    expect(scenario.document.spec.fleet.pools[0]?.engine.profile).toBe('sglang-0.5');
  });
});

describe('the KV cache of a pool', () => {
  const computed = engineOf(resolve(SMALL_SCENARIO)).numGpuBlocks;

  it('is computed from the profiles', () => {
    // Qwen3-32B on two H100: about 65.5 GB of weights leave some 30 GiB a GPU, 2 MiB a block.
    expect(computed).toBeGreaterThan(14_000);
    expect(computed).toBeLessThan(20_000);
  });

  it.each(['num_gpu_blocks', 'num_gpu_blocks_override'])(
    'can be pinned by %s; a pin near it is no label',
    (key) => {
      const near = Math.round(computed * 1.05);
      const scenario = resolve(SMALL_SCENARIO, [engine(`${key}=${near}`)]);
      expect(engineOf(scenario).numGpuBlocks).toBe(near);
      expect(labelsOf(scenario, 'pinned-kv')).toEqual([]);
    },
  );

  it('labels a pin more than 10 % off', () => {
    const pin = Math.round(computed * 0.5);
    expect(labelsOf(resolve(SMALL_SCENARIO, [engine(`num_gpu_blocks=${pin}`)]), 'pinned-kv')).toEqual([
      `${pin} KV blocks are given, the profiles give ${computed} (-50 %)`,
    ]);
  });

  it('can be given in the tokens of the start-up line', () => {
    const scenario = resolve(SMALL_SCENARIO, [engine('kv_cache_tokens=262144')]);
    expect(engineOf(scenario).numGpuBlocks).toBe(262144 / 16);
    expect(refusals(SMALL_SCENARIO, [engine('kv_cache_tokens=262144'), engine('num_gpu_blocks=9')])).toEqual([
      expect.stringContaining(
        'takes only one of num_gpu_blocks, num_gpu_blocks_override, kv_cache_tokens, startup_log',
      ),
    ]);
  });

  it('is refused beyond the memory, with both figures', () => {
    expect(refusals(SMALL_SCENARIO, [engine('num_gpu_blocks=1000000')])[0]).toMatch(
      /num_gpu_blocks asks for 30\.\d GiB of weights \+ 1953\.1 GiB of KV cache = 198\d\.\d GiB on each GPU, but the driver of h100-sxm-80gb reports 79\.2 GiB\n {2}hint: at most \d+ blocks fit/,
    );
  });

  it('says what is missing when the model does not fit', () => {
    const [text] = refusals(SMALL_SCENARIO, ['spec.model=llama-3.1-70b', TP1]);
    expect(text).toMatch(
      /error\[E_DOES_NOT_FIT\]: s\.yaml:9:19 spec\.fleet\.pools\[0\]\.hardware h100-sxm-80gb: llama-3\.1-70b does not fit, \d+\.\d GiB are missing on each of 1 GPU\n/,
    );
    expect(text).toMatch(/tensor_parallel_size 2 fits/);
  });

  it('is labelled when it cannot hold one request of the length limit', () => {
    expect(labelsOf(resolve(SMALL_SCENARIO, [engine('num_gpu_blocks=1001')]), 'kv-below-model-len')).toEqual([
      expect.stringContaining(
        'the KV cache holds 16000 tokens, fewer than one request of max_model_len 40960',
      ),
    ]);
  });
});

describe('what is computed as something similar', () => {
  it.each([
    ['llama-4-scout', 'chunked local attention'],
    ['qwen3-next-80b-a3b', 'gated delta rule'],
  ])('%s runs with a label that says so', (model, reason) => {
    const sets = [`spec.model=${model}`, 'spec.fleet.pools[0].tensor_parallel_size=4'];
    expect(labelsOf(resolve(SMALL_SCENARIO, sets), 'approximated-layers')).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  it('a model with a state caches no prefixes unless told to, in blocks as large as its state', () => {
    const engineOf = (sets: readonly string[]) =>
      resolve(SMALL_SCENARIO, [
        'spec.model=qwen3-next-80b-a3b',
        'spec.fleet.pools[0].tensor_parallel_size=4',
        ...sets,
      ]).policies[0]?.pools[0]?.engine;
    // A quarter of 32 x 128 x 128 BF16 numbers and 3 x 8192 more, over the 1 KiB that a token has on one of 4 GPUs.
    expect(engineOf([])).toMatchObject({
      enablePrefixCaching: false,
      blockSize: 272,
      slidingWindow: 2,
      slidingWindowGroups: 3,
    });
    const told = engineOf(['spec.fleet.pools[0].engine.enable_prefix_caching=true']);
    expect(told?.enablePrefixCaching).toBe(true);
  });
});

describe('what cannot be simulated yet', () => {
  it('a tensor parallel size that does not divide the heads is refused', () => {
    expect(refusals(SMALL_SCENARIO, ['spec.fleet.pools[0].tensor_parallel_size=3'])).toEqual([
      expect.stringContaining('spec.fleet.pools[0].tensor_parallel_size'),
    ]);
  });
});

describe('a step time given outright', () => {
  it('needs no model and no hardware, has no delays, and is labelled', () => {
    const scenario = resolve(BLACK_BOX_SCENARIO);
    expect(engineOf(scenario)).toMatchObject({
      numGpuBlocks: 1000,
      maxNumBatchedTokens: 2048,
      maxNumSeqs: 128,
      overhead: { ingest: 0, ingestPerToken: 0, output: 0 },
    });
    expect(labelsOf(scenario, 'black-box')).toEqual([
      expect.stringContaining(
        'the step time of box is given outright and comes from no hardware: its error is not known',
      ),
    ]);
    expect(labelsOf(scenario, 'roofline')).toEqual([]);
  });

  it('needs its KV blocks', () => {
    expect(refusals(BLACK_BOX_SCENARIO.replace('num_gpu_blocks: 1000, ', ''))).toEqual([
      expect.stringContaining('s.yaml:7:9 spec.fleet.pools[0] needs engine.num_gpu_blocks beside step_time'),
    ]);
  });

  it('names hardware for the price only', () => {
    const scenario = resolve(BLACK_BOX_SCENARIO, [
      'spec.fleet.pools[0].hardware=abacus',
      'spec.prices.abacus.usd_per_gpu_hour=2',
    ]);
    expect(scenario.policies[0]?.pools[0]?.usdPerGpuHour).toBe(2);
  });
});

describe('a resolved scenario', () => {
  const CHANGED = SMALL_SCENARIO.replace(
    'router: { builtin: least-request } }',
    'router: { builtin: least-request }, set: { "spec.fleet.pools[0].engine.block_size": 64 } }',
  );

  it.each([
    ['on hardware', SMALL_SCENARIO, []],
    ['as a black box', BLACK_BOX_SCENARIO, []],
    ['with policies that change it', CHANGED, []],
    ['with an endpoint picker', SMALL_SCENARIO.replace('builtin: least-request', 'builtin: llm-d'), []],
    [
      'with an SLO and prices',
      SMALL_SCENARIO,
      ['spec.slo.ttft=2s', 'spec.prices.h100-sxm-80gb.usd_per_gpu_hour=2'],
    ],
  ])('%s is a scenario again and resolves to itself', (_, text, sets) => {
    const once = resolve(text, sets);
    const yaml = scenarioYaml(once);
    const twice = resolve(yaml);
    expect(twice.document).toEqual(once.document);
    expect(twice.sha256).toBe(once.sha256);
    for (const [index, policy] of once.policies.entries()) {
      expect(twice.policies[index]?.pools.map((pool) => pool.engine)).toEqual(
        policy.pools.map((pool) => pool.engine),
      );
    }
  });

  it('gives a policy that changes the fleet a fleet of its own', () => {
    const scenario = resolve(CHANGED);
    expect(engineOf(scenario, 0).blockSize).toBe(16);
    expect(engineOf(scenario, 1).blockSize).toBe(64);
    expect(engineOf(scenario, 1).numGpuBlocks).toBeLessThan(engineOf(scenario, 0).numGpuBlocks / 3.9);
  });

  it('writes every default out', () => {
    const { spec } = resolve(SMALL_SCENARIO).document;
    expect(spec.workload).toMatchObject({
      load: { rate_scale: 1 },
      finish: 'eos',
      client: { streaming: true, retries: 0 },
    });
    expect(spec.measure).toEqual({ warmup: '0s', until: 'drained' });
    expect(spec.fleet.pools[0]?.engine).toMatchObject({
      profile: 'vllm-0.33',
      max_num_batched_tokens: 8192,
      gpu_memory_utilization: 0.92,
      ingest_delay: '8ms',
      ingest_delay_per_token: '1.5us',
      output_delay: '0.8ms',
    });
    expect(parse(scenarioYaml(resolve(SMALL_SCENARIO)))).toEqual(resolve(SMALL_SCENARIO).document);
  });

  it('has another digest when anything in it is different', () => {
    const digests = [
      [],
      ['spec.fleet.pools[0].replicas=3'],
      ['spec.slo.ttft=1s'],
      [engine('block_size=32')],
    ].map((sets) => resolve(SMALL_SCENARIO, sets).sha256);
    expect(new Set(digests).size).toBe(digests.length);
    expect(resolve(SMALL_SCENARIO).sha256).toBe(digests[0]);
  });
});
