import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { CONFIG_PRESETS, loadConfig } from '../../../scheduler/index.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { LLAMA_CONFIG } from '../../support/hugging-face-config.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../../support/scenario-text.ts';

function resolve(files: Readonly<Record<string, string>>, from: string, to: string) {
  const resources = resourcesOf(files);
  const text = SMALL_SCENARIO.replace(from, to);
  return resolveScenario(loadScenario({ file: 's.yaml', text }, [], resources), resources);
}

describe('a model from a file', () => {
  const CONFIG = JSON.stringify({
    ...LLAMA_CONFIG,
    model_type: 'llama',
    max_position_embeddings: 8192,
    torch_dtype: 'bfloat16',
  });

  it('may be a Hugging Face config.json', () => {
    const scenario = resolve({ 'my/config.json': CONFIG }, 'qwen3-32b', 'my/config.json');
    expect(scenario.policies[0]?.pools[0]?.engine.maxModelLen).toBe(8192);
  });

  it('may be a profile', () => {
    const profile = readFileSync(
      new URL('../../../hardware-profiles/models/llama-3.1-8b.yaml', import.meta.url),
      'utf8',
    );
    const scenario = resolve({ 'mine.yaml': profile }, 'qwen3-32b', 'mine.yaml');
    expect(scenario.policies[0]?.pools[0]?.engine.maxModelLen).toBe(131072);
  });

  it('is part of the digest', () => {
    const digests = [CONFIG, CONFIG.replace('8192', '4096')].map(
      (config) => resolve({ 'config.json': config }, 'qwen3-32b', 'config.json').sha256,
    );
    expect(digests[0]).not.toBe(digests[1]);
  });

  it('that lacks a size is refused', () => {
    const config = CONFIG.replace('"hidden_size":4096,', '');
    const problems = problemsOf(() => resolve({ 'config.json': config }, 'qwen3-32b', 'config.json'));
    expect(problems.map(formatProblem)[0]).toMatch(/spec\.model: .*hidden_size/);
  });

  it('with sparse attention is refused with the field and the way out', () => {
    const config = CONFIG.replace('{', '{"index_topk":2048,');
    expect(problemsOf(() => resolve({ 'config.json': config }, 'qwen3-32b', 'config.json'))).toEqual([
      expect.objectContaining({
        code: 'E_UNSUPPORTED',
        message: expect.stringContaining('(index_topk)'),
        hint: expect.stringContaining('step_time'),
      }),
    ]);
  });

  it('whose layers all have a window runs, its one group of blocks beside no other', () => {
    const config = CONFIG.replace('{', '{"sliding_window":4096,');
    const scenario = resolve({ 'config.json': config }, 'qwen3-32b', 'config.json');
    expect(scenario.policies[0]?.pools[0]?.engine).toMatchObject({
      slidingWindow: 4096,
      slidingWindowGroups: 1,
      windowsOnly: true,
    });
  });
});

describe('a router', () => {
  const ROUTER = { from: 'builtin: least-request', to: 'file: epp.yaml' };

  it('from a file has the gateway of the contract', () => {
    const text = readFileSync(new URL('../../../scenarios/routers/llm-d.yaml', import.meta.url), 'utf8');
    const scenario = resolve({ 'epp.yaml': text }, ROUTER.from, ROUTER.to);
    expect(scenario.policies[1]?.router).toMatchObject({
      kind: 'endpoint-picker',
      tieBreak: 'random',
      gateway: {
        scrapeInterval: 0.05,
        scrapePhase: 'random',
        kvEventDelay: 0.005,
        replicas: 1,
        sharedState: false,
        decisionTime: 0.0003,
        tokenizationTime: 0,
        producerOrder: 'prefix-first',
      },
    });
    expect(scenario.document.spec.policies[1]).toMatchObject({
      gateway: { producer_order: 'prefix-first', scrape_interval: '50ms' },
      tie_break: 'random',
    });
    expect(scenario.policies[1]?.labels).toContainEqual(
      expect.objectContaining({ code: 'producer-order', text: expect.stringContaining('prefix-first') }),
    );
    const builtin = resolve({}, ROUTER.from, 'builtin: llm-d');
    expect(builtin.sha256).not.toBe(scenario.sha256);
  });

  it('that holds a plugin which cannot be simulated is refused by name, with the reason', () => {
    const text = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
  - type: queue-scorer
  - { name: mine, type: header-based-testing-filter }
schedulingProfiles:
  - name: default
    plugins: [{ pluginRef: mine }, { pluginRef: queue-scorer }]
`;
    const problems = problemsOf(() => resolve({ 'epp.yaml': text }, ROUTER.from, ROUTER.to));
    expect(problems.map(formatProblem)).toEqual([
      expect.stringMatching(
        /^error\[E_UNSUPPORTED\]: s\.yaml:16:38 spec\.policies\[1\]\.router cannot be simulated: plugin mine \(header-based-testing-filter\) of epp\.yaml: it serves the tests of llm-d/,
      ),
    ]);
  });

  it('that reads numbers which no simulated endpoint carries is refused', () => {
    const obstacles = (plugins: string) =>
      problemsOf(() =>
        resolve(
          {
            'epp.yaml': `kind: EndpointPickerConfig
plugins: [{ type: queue-scorer }${plugins}]
schedulingProfiles: [{ name: default, plugins: [{ pluginRef: queue-scorer }] }]
`,
          },
          ROUTER.from,
          `${ROUTER.to}, allow_experimental: true`,
        ),
      ).map(({ message }) => message);
    const gauge =
      ', { type: endpoint-attribute-scorer, parameters: { attributeKey: GPUUtilization, producer: dcgm-extractor, algorithm: { type: linear_lower_is_better } } }';
    expect(obstacles(gauge)).toEqual([
      expect.stringMatching(
        /endpoint-attribute-scorer of epp\.yaml: simulated endpoints do not carry GPUUtilization\/dcgm-extractor/,
      ),
    ]);
  });

  it('that picks by labels finds those of the pools', () => {
    const text = `kind: EndpointPickerConfig
plugins: [{ type: label-selector-filter, parameters: { matchLabels: { tier: gold } } }]
schedulingProfiles: [{ name: default, plugins: [{ pluginRef: label-selector-filter }] }]
`;
    const served = (tier: string) => {
      const resources = resourcesOf({ 'epp.yaml': text });
      const scenario = SMALL_SCENARIO.replace(ROUTER.from, ROUTER.to).replace(
        'replicas: 2',
        `replicas: 2\n        labels: { tier: ${tier} }`,
      );
      const loaded = loadScenario({ file: 's.yaml', text: scenario }, [], resources);
      const selection = { policies: ['least-request'], seeds: [1] };
      const inputs = runInputs(resolveScenario(loaded, resources), workloadOf(loaded, resources), selection);
      return inputs.map((input) => simulate(input).entry.requests.completed);
    };
    expect(served('gold')).toEqual([40]);
    expect(served('silver')).toEqual([0]);
  });

  it('that is wrong is refused at the line in its own file', () => {
    const text = 'kind: EndpointPickerConfig\nplugins:\n  - type: quue-scorer\n';
    expect(problemsOf(() => resolve({ 'epp.yaml': text }, ROUTER.from, ROUTER.to))[0]).toMatchObject({
      code: 'E_PLUGIN_TYPE_UNKNOWN',
      at: { file: 'epp.yaml', line: 3 },
    });
  });

  it.each(['llm-d', 'llm-d-default'])('%s that comes as a file is the preset of the picker', (name) => {
    const text = readFileSync(new URL(`../../../scenarios/routers/${name}.yaml`, import.meta.url), 'utf8');
    expect(loadConfig(text).effective).toEqual(loadConfig(CONFIG_PRESETS.get(name) ?? '').effective);
  });

  it('that stands in the scenario has no lines of its own to name', () => {
    const wrong = 'config: { kind: EndpointPickerConfig, plugins: [{ type: queue-scorrer }] }';
    const problems = problemsOf(() => resolve({}, ROUTER.from, wrong));
    expect(problems).toMatchObject([{ code: 'E_PLUGIN_TYPE_UNKNOWN', at: { file: 's.yaml' } }]);
    expect(problems[0]?.at?.line).toBeUndefined();
    expect(problems[0]?.message).toMatch(/^router\.config: /);
  });

  it('that is plain decides in no time', () => {
    const scenario = resolve({}, 'nothing', 'nothing');
    expect(scenario.policies[0]?.router).toMatchObject({ kind: 'policy', gateway: { decisionTime: 0 } });
  });
});
