import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../../support/scenario-text.ts';

function load(text: string, sets: readonly string[] = []) {
  return loadScenario({ file: 's.yaml', text }, sets, resourcesOf());
}

function changed(from: string, to: string): string {
  expect(SMALL_SCENARIO).toContain(from);
  return SMALL_SCENARIO.replace(from, to);
}

function messages(text: string, sets: readonly string[] = []): string[] {
  return problemsOf(() => load(text, sets)).map(formatProblem);
}

describe('a scenario with mistakes', () => {
  it('prints every mistake with its place and a hint', () => {
    const text = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: five }
spec:
  model: qwen3-23b
  fleet:
    pools:
      - name: h100
        hardware: h100-sxm-80gb
        replicas: 0
        tensor_paralel_size: 2
  workload:
    random: { requests: 40, rate: 2, input_len: 900, output_len: 40 }
    client: { timeout: 30 }
  policies:
    - { name: rr, router: { builtin: round-robbin } }
`;
    expect(messages(text)).toEqual([
      expect.stringMatching(
        /^error\[E_UNKNOWN_PROFILE\]: s\.yaml:5:10 spec\.model: there is no model profile "qwen3-23b"\n {2}hint: did you mean "qwen3-32b"\? known: .*llama-3\.1-8b, /,
      ),
      'error[E_RANGE]: s.yaml:10:19 spec.fleet.pools[0].replicas must be at least 1\n  hint: replicas: model servers in the pool',
      'error[E_UNKNOWN_KEY]: s.yaml:11:9 spec.fleet.pools[0].tensor_paralel_size is not a key that is known here\n  hint: did you mean "tensor_parallel_size"?',
      expect.stringMatching(
        /^error\[E_TYPE\]: s\.yaml:14:24 spec\.workload\.client\.timeout must be a duration with a unit .* not 30\n {2}hint: /,
      ),
      expect.stringMatching(
        /^error\[E_VALUE\]: s\.yaml:16:38 spec\.policies\[0\]\.router\.builtin must be one of .*, not "round-robbin"\n {2}hint: did you mean "round-robin"/,
      ),
    ]);
  });

  it('gives every mistake a code, a line, a column and a hint', () => {
    const problems = problemsOf(() =>
      load(`apiVersion: fleetcast/v1
kind: Senario
metadata: {}
spec:
  model: [a]
  fleet: { pools: [] }
  workload: { random: { rate: 2, input_len: { type: normal, mean: 5 }, output_len: -1 }, load: { rate_scale: 0 } }
  policies: [{ name: '', router: {} }, { name: x, router: { builtin: llm-d, file: y } }]
  slo: { attainment: 2 }
  thresholds: { tft: ["p(90) <= 2s"], ttft: ["p(90) <= 2"] }
  prices: { h100: { usd_per_gpu_hour: -1 } }
  measure: { warmup: -1s, until: never }
`),
    );
    for (const problem of problems) {
      expect(problem, problem.message).toMatchObject({
        code: expect.stringMatching(/^E_[A-Z_]+$/),
        at: { file: 's.yaml', line: expect.any(Number), column: expect.any(Number) },
        hint: expect.stringMatching(/.{5,}/),
      });
    }
    expect(problems.map(({ message }) => message.split(' ')[0])).toEqual(
      expect.arrayContaining([
        'apiVersion',
        'kind',
        'metadata.name',
        'spec.model',
        'spec.fleet.pools',
        'spec.workload.random.input_len.std_dev',
        'spec.workload.random.output_len',
        'spec.workload.load.rate_scale',
        'spec.policies[0].name',
        'spec.policies[0].router',
        'spec.policies[1].router',
        'spec.slo.attainment',
        'spec.thresholds.tft[0]:',
        'spec.thresholds.ttft[0]:',
        'spec.prices.h100:',
        'spec.prices.h100.usd_per_gpu_hour',
        'spec.measure.warmup',
        'spec.measure.until',
      ]),
    );
  });

  it.each([
    ['  model: qwen3-32b', '  modle: qwen3-32b', 'spec.modle'],
    ['replicas: 2', 'replica: 2', 'spec.fleet.pools[0].replica'],
    ['hardware: h100-sxm-80gb', 'hardwar: h100-sxm-80gb', 'spec.fleet.pools[0].hardwar'],
    ['  policies:', '  polices:', 'spec.polices'],
    ['metadata:', 'metdata:', 'metdata'],
    ['random:', 'randm:', 'spec.workload.randm'],
  ])('counts a key that is misspelt once: %j', (from, to, path) => {
    expect(messages(changed(from, to)).map((line) => line.split(' ')[2])).toEqual([path]);
  });

  it('says of a text that is not YAML where it stops being it', () => {
    expect(messages('spec: { a: 1\nkind: b: c\n')[0]).toMatch(
      /^error\[E_YAML\]: s\.yaml:\d+:\d+ .*\n {2}hint: /,
    );
    expect(messages(`${SMALL_SCENARIO}kind: Scenario\n`)).toEqual([
      expect.stringMatching(/^error\[E_YAML\]: s\.yaml:17:1 .*unique/),
    ]);
  });

  it('names what comes later instead of passing over it', () => {
    const text = changed(
      '        replicas: 2\n',
      '        replicas: 2\n        role: decode\n        kv_tiers: []\n',
    );
    expect(messages(`${text}  network: {}\n`).map((line) => line.split('\n')[0])).toEqual([
      'error[E_UNSUPPORTED]: s.yaml:11:15 spec.fleet.pools[0].role is unsupported: prefill and decode on different replicas are not simulated yet',
      'error[E_UNSUPPORTED]: s.yaml:12:9 spec.fleet.pools[0].kv_tiers is unsupported: KV tiers beyond the GPU are not simulated yet',
      'error[E_UNSUPPORTED]: s.yaml:19:3 spec.network is unsupported: links and topology are not simulated yet',
    ]);
  });

  it('finds a file that is missing at the place that names it', () => {
    const text = changed('{ builtin: least-request }', '{ file: nope.yaml }').replace(
      /random: .*/,
      'trace: { file: gone.jsonl, format: mooncake }',
    );
    expect(messages(text).map((line) => line.split('\n')[0])).toEqual([
      'error[E_FILE]: s.yaml:13:20 spec.workload.trace.file: gone.jsonl: there is no such file',
      'error[E_FILE]: s.yaml:16:46 spec.policies[1].router.file: nope.yaml: there is no such file',
    ]);
  });

  it('refuses two names that are the same, and what says nothing to a plain router', () => {
    const text = changed('name: least-request, router', 'name: round-robin, tie_break: random, router');
    expect(messages(text).map((line) => line.split('\n')[0])).toEqual([
      'error[E_DUPLICATE]: s.yaml:16:15 spec.policies[1].name must be unique: "round-robin" is taken',
      'error[E_SCENARIO]: s.yaml:16:28 spec.policies[1].tie_break says nothing to least-request',
    ]);
  });

  it('reads prices under several terms, and refuses terms that name none', () => {
    const priced = (terms: string) =>
      `${SMALL_SCENARIO}  prices: { h100-sxm-80gb: { usd_per_gpu_hour: 2.5, terms: ${terms} } }\n`;
    const { prices } = load(priced('{ on_demand: 2.5, one_year: 1.9, three_years: 1.4, spot: 1 }')).scenario
      .spec;
    expect(prices?.['h100-sxm-80gb']?.terms).toEqual({
      on_demand: 2.5,
      one_year: 1.9,
      three_years: 1.4,
      spot: 1,
    });
    expect(messages(priced('{}')).map((line) => line.split('\n')[0])).toEqual([
      'error[E_SCENARIO]: s.yaml:17:60 spec.prices.h100-sxm-80gb.terms names no price',
    ]);
    expect(messages(priced('{ spot: -1, spots: 2 }')).map((line) => line.split(' ')[2])).toEqual([
      'spec.prices.h100-sxm-80gb.terms.spot',
      'spec.prices.h100-sxm-80gb.terms.spots',
    ]);
  });

  it('needs a model unless the step time and the length limit are given', () => {
    expect(messages(changed('  model: qwen3-32b\n', '')).map((line) => line.split('\n')[0])).toEqual([
      'error[E_MISSING]: s.yaml:4:1 spec.model is missing',
    ]);
  });
});

describe('--set', () => {
  it('changes what is there and adds what is not', () => {
    const { spec } = load(SMALL_SCENARIO, [
      'spec.fleet.pools[0].replicas=4',
      'spec.fleet.pools[0].engine.block_size=32',
      'spec.workload.random={ requests: 7, rate: 1, input_len: 10, output_len: 1 }',
      'spec.slo.ttft=2s',
      'metadata["name"]=other',
    ]).scenario;
    expect(spec.fleet.pools[0]).toMatchObject({ replicas: 4, engine: { block_size: 32 } });
    expect(spec.workload.random).toMatchObject({ requests: 7 });
    expect(spec.slo).toMatchObject({ ttft: '2s', attainment: 0.9 });
  });

  it('reports mistakes where they were made', () => {
    expect(
      messages(SMALL_SCENARIO, [
        'spec.fleet.pools[0].replicas=0',
        'spec.fleet.pools[3].replicas=1',
        'spec.model.size=2',
        'replicas',
      ]).map((line) => line.split('\n')[0]),
    ).toEqual(
      expect.arrayContaining([
        'error[E_RANGE]: --set spec.fleet.pools[0].replicas=0 spec.fleet.pools[0].replicas must be at least 1',
        'error[E_SET]: --set spec.fleet.pools[3].replicas=1 the scenario has nothing at this path that could be set',
        'error[E_SET]: --set spec.model.size=2 the scenario has nothing at this path that could be set',
        'error[E_SET]: --set replicas "replicas" is not PATH=VALUE',
      ]),
    );
  });
});

describe('policies[].set', () => {
  const WITH_SET = changed(
    'router: { builtin: least-request } }',
    'router: { builtin: least-request }, set: { "spec.fleet.pools[0].engine.block_size": 64 } }',
  );

  it('gives the policy a scenario of its own', () => {
    const { scenario, variants } = load(WITH_SET);
    expect(variants.get('round-robin')).toBe(scenario);
    expect(variants.get('least-request')?.spec.fleet.pools[0]?.engine.block_size).toBe(64);
    expect(scenario.spec.fleet.pools[0]?.engine.block_size).toBeUndefined();
  });

  it('reports mistakes at the change', () => {
    expect(
      messages(WITH_SET.replace('block_size": 64', 'block_size": 0')).map((line) => line.split('\n')[0]),
    ).toEqual(['error[E_RANGE]: s.yaml:16:73 spec.fleet.pools[0].engine.block_size must be at least 1']);
  });

  it('leaves alone what all policies are compared on', () => {
    expect(
      messages(WITH_SET.replace('spec.fleet.pools[0].engine.block_size', 'spec.workload.random.rate'))[0],
    ).toMatch(
      /^error\[E_SET\]: s\.yaml:16:73 spec\.policies\[1\]\.set: "spec\.workload\.random\.rate" is not a path/,
    );
  });
});
