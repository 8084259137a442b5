import { expect, it } from 'vitest';

import { runReport } from '../../../documents/run-report.ts';
import { workspace } from '../../support/workspace.ts';

const precise = (tokens: string): string => `plugins:
${tokens}- {type: precise-prefix-cache-producer, parameters: {tokenProcessorConfig: {blockSizeTokens: 16}}}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: endpoint-notification-source}
dataLayer:
  sources: [{pluginRef: endpoint-notification-source, extractors: [{pluginRef: precise-prefix-cache-producer}]}]
`;
const FILES = {
  'exact.yaml': precise(
    '- {type: token-producer, parameters: {modelName: m, vllm: {url: "http://localhost:1"}}}\n',
  ),
  'estimated.yaml': precise(''),
  'opaque.yaml':
    'plugins: [{type: prefix-cache-scorer}]\nrequestHandler: {parsers: [{pluginRef: passthrough-parser}]}\n',
  'approximate.yaml': 'plugins: [{type: prefix-cache-scorer}]\n',
  's.yaml': `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: sight }
spec:
  fleet:
    pools:
      - { name: box, replicas: 2, step_time: { constant: 5ms, per_token: 1us, per_context_token: 0ns }, engine: { num_gpu_blocks: 4000, max_model_len: 4096 } }
  workload:
    shared_prefix: { num_groups: 4, num_prompts_per_group: 10, system_prompt_len: 640, question_len: 64, output_len: 20, seed: 3 }
    load: { stages: [ { rate: 10, duration: 8s } ] }
  policies:
    - { name: exact, router: { file: exact.yaml } }
    - { name: estimated, router: { file: estimated.yaml } }
    - { name: opaque, router: { file: opaque.yaml } }
    - { name: approximate, router: { file: approximate.yaml } }
`,
};

it('a picker believes what it can see of prompts', async () => {
  const { run, read } = workspace(FILES);
  const believed = async (...flags: string[]): Promise<Record<string, number | undefined>> => {
    const { code } = await run('run', 's.yaml', '-o', 'json=r.json', '--quiet', '--check', ...flags);
    expect(code).toBe(0);
    const { runs } = runReport.parse(JSON.parse(read('r.json')));
    return Object.fromEntries(
      runs.map(({ policy, prefixCache }) => [policy, prefixCache.predictedHitTokens]),
    );
  };
  const usual = await believed();
  const labels = runReport
    .parse(JSON.parse(read('r.json')))
    .runs.map(({ policy, labels: all }) => [policy, all.map(({ code }) => code)]);
  // Engines publish the model's own tokens: estimates never equal them.
  expect(usual['exact']).toBeGreaterThan(20_000);
  expect(usual['estimated']).toBe(0);
  expect(usual['opaque']).toBe(0);
  expect(usual['approximate']).toBeGreaterThan(20_000);
  const coded = Object.fromEntries(labels) as Record<string, string[]>;
  expect(coded['estimated']).toContain('estimated-tokens');
  expect(coded['opaque']).toContain('opaque-bodies');
  expect(
    [...(coded['exact'] ?? []), ...(coded['approximate'] ?? [])].filter((code) =>
      /estimated-|opaque/.test(code),
    ),
  ).toEqual([]);
  // Of 640 shared tokens of 4 bytes ten blocks of 64 pseudo-tokens fit; of 3 bytes seven, which are 597 tokens. Prompts that
  // come again are found whole.
  const thin = await believed('--set', 'spec.workload.bytes_per_token=3');
  expect(thin['exact']).toBe(usual['exact']);
  const share = (thin['approximate'] ?? 0) / (usual['approximate'] ?? 0);
  expect(share).toBeGreaterThan(597 / 640);
  expect(share).toBeLessThan(0.99);
});

it('metrics are read as often as the configuration says, or not at all', async () => {
  const source = (parameters: string): string =>
    `plugins: [{ type: queue-scorer }, { type: metrics-data-source, parameters: ${parameters} }, { type: core-metrics-extractor }]
dataLayer: { sources: [{ pluginRef: metrics-data-source, extractors: [{ pluginRef: core-metrics-extractor }] }] }
`;
  const { run, read } = workspace({
    ...FILES,
    'exact.yaml': source('{ interval: 3s }'),
    'estimated.yaml': source('{ interval: 10ms }'),
    'opaque.yaml': `plugins: [{ type: inflight-load-producer }, { type: active-request-scorer }]
dataLayer: { injectDefaults: false }
`,
    'approximate.yaml': source('{ interval: 3s }'),
    's.yaml': FILES['s.yaml'].replace(
      '{ file: approximate.yaml }',
      '{ file: approximate.yaml }, gateway: { scrape_interval: 100ms }',
    ),
  });
  const { code } = await run('run', 's.yaml', '--decisions=d.jsonl', '-o', 'json=r.json', '--quiet');
  expect(code).toBe(0);
  const ages = new Map<string, number[]>();
  for (const line of read('d.jsonl').trimEnd().split('\n')) {
    const { policy, profiles } = JSON.parse(line) as Decision;
    for (const { metrics } of profiles[0]?.endpoints ?? [])
      ages.set(policy, [...(ages.get(policy) ?? []), metrics.age ?? Infinity]);
  }
  const oldest = (policy: string): number => Math.max(...(ages.get(policy) ?? []));
  expect(oldest('exact')).toBeGreaterThan(2);
  expect(oldest('exact')).toBeLessThanOrEqual(3);
  // The data layer ticks every 50 ms at most.
  expect(oldest('estimated')).toBeGreaterThan(0.03);
  expect(oldest('estimated')).toBeLessThanOrEqual(0.05);
  expect(oldest('approximate')).toBeLessThanOrEqual(0.1);
  expect(new Set(ages.get('opaque'))).toEqual(new Set([Infinity]));
});

interface Decision {
  readonly policy: string;
  readonly profiles: readonly {
    readonly endpoints: readonly { readonly metrics: { readonly age?: number } }[];
  }[];
}
