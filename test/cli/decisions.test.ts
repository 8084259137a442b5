import { describe, expect, it } from 'vitest';

import { TaskPlayer } from '../../cli/jobs/task-player.ts';
import { decisionRecord, type DecisionRecord } from '../../documents/decision-record.ts';
import { workspace } from '../support/workspace.ts';

/** Two prefixes, queues, and a filter that drops whoever is on another rack. */
const ROUTER = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: label-selector-filter, name: not-third, parameters: {matchExpressions: [{key: llm-d.ai/role, operator: In, values: [both]}]}}
- {type: utilization-filter, name: not-busy, parameters: {conditions: [{metric: running-requests, maxValue: 2}], fallbackOnEmpty: true}}
- {type: queue-scorer}
- {type: prefix-cache-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: not-third}, {pluginRef: not-busy}, {pluginRef: queue-scorer, weight: 2}, {pluginRef: prefix-cache-scorer, weight: 3}]}
`;

const SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: explained }
spec:
  fleet:
    pools:
      - { name: box, replicas: 3, step_time: { constant: 10ms, per_token: 20us, per_context_token: 0ns }, engine: { num_gpu_blocks: 1000, max_model_len: 4096 } }
  workload:
    shared_prefix: { num_groups: 4, num_prompts_per_group: 10, system_prompt_len: 500, question_len: 64, output_len: 90, seed: 3 }
    load: { stages: [ { rate: 12, duration: 12s } ] }
  policies:
    - { name: picker, router: { file: epp.yaml, allow_experimental: true } }
    - { name: two, router: { file: epp.yaml, allow_experimental: true }, gateway: { replicas: 2 } }
    - { name: rule, router: { builtin: least-request } }
`;

const FILES = { 's.yaml': SCENARIO, 'epp.yaml': ROUTER };
const QUIET = ['-o', 'json', '--quiet'];

function parsed(text: string): DecisionRecord[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => decisionRecord.parse(JSON.parse(line)));
}

describe('fleetcast run --decisions', () => {
  it('writes why the first requests went where they went', async () => {
    const { run, read } = workspace(FILES);
    const { code, stdout } = await run(
      'run',
      's.yaml',
      '--decisions=d.jsonl',
      '--decisions-of',
      '60',
      ...QUIET,
    );
    expect(code).toBe(0);
    // Explaining changes nothing.
    expect(stdout).toBe((await run('run', 's.yaml', ...QUIET)).stdout);
    const all = parsed(read('d.jsonl'));
    expect(all.map(({ policy }) => policy)).toEqual(
      ['picker', 'two', 'rule'].flatMap((name) => Array(60).fill(name)),
    );
    const records = all.filter(({ policy }) => policy === 'picker');
    expect(records.map(({ request }) => request)).toEqual(Array.from({ length: 60 }, (_, k) => String(k)));
    const met = { dropped: 0, ties: 0, hits: 0 };
    for (const { endpoint, outcome, profiles = [], predictedHitTokens = 0 } of records) {
      expect(outcome).toBe('decided');
      const [profile] = profiles;
      expect(profile?.endpoints.map((one) => one.endpoint)).toEqual(['box/0', 'box/1', 'box/2']);
      expect(profile?.picked).toEqual([endpoint]);
      let best = -Infinity;
      for (const one of profile?.endpoints ?? []) {
        if (one.droppedBy !== undefined) {
          met.dropped++;
          expect(one).toMatchObject({ droppedBy: 'not-busy', metrics: { running: expect.any(Number) } });
          expect(one.metrics?.running).toBeGreaterThan(2);
          expect(one.scores).toBeUndefined();
          continue;
        }
        expect(one.scores?.map(({ scorer, weight }) => [scorer, weight])).toEqual([
          ['queue-scorer', 2],
          ['prefix-cache-scorer', 3],
        ]);
        const total = one.scores?.reduce((sum, { score, weight }) => sum + Number(score) * Number(weight), 0);
        expect(one.total).toBeCloseTo(total ?? NaN, 12);
        best = Math.max(best, Number(one.total));
        expect(one.metrics?.age).toBeLessThan(0.051);
      }
      const chosen = profile?.endpoints.find((one) => one.endpoint === endpoint);
      expect(chosen?.total).toBe(best);
      if (profile?.tie !== undefined) {
        met.ties++;
        expect(profile.tie.length).toBeGreaterThan(1);
        expect(profile.tie).toContain(endpoint);
      }
      if (predictedHitTokens > 0) met.hits++;
    }
    expect(met.dropped).toBeGreaterThan(5);
    expect(met.ties).toBeGreaterThan(5);
    expect(met.hits).toBeGreaterThan(5);
    expect(new Set(all.filter(({ policy }) => policy === 'two').map(({ gateway }) => gateway))).toEqual(
      new Set([0, 1]),
    );
  });

  it('names the rule of a router without scores, and whom it could choose from', async () => {
    const { run, read } = workspace(FILES);
    await run('run', 's.yaml', '--policy', 'rule', '--decisions=d.jsonl', '--decisions-of=ids:7,3', ...QUIET);
    expect(
      parsed(read('d.jsonl')).map(({ request, rule, endpoints }) => [request, rule, endpoints?.length]),
    ).toEqual([
      ['3', 'least-request', 3],
      ['7', 'least-request', 3],
    ]);
  });

  it('warns of ids that nobody decided about', async () => {
    const { run, read } = workspace(FILES);
    const flags = ['--policy', 'rule', '--decisions=d.jsonl', '--decisions-of=ids:7,nope'];
    const { code, stderr } = await run('run', 's.yaml', ...flags);
    expect(code).toBe(0);
    expect(stderr).toContain('warning: no decision was taken about nope');
    expect(parsed(read('d.jsonl')).map(({ request }) => request)).toEqual(['7']);
  });

  it('writes who was turned away, and why', async () => {
    const files = { ...FILES, 'epp.yaml': ROUTER.replace('[both]', '[prefill]') };
    const { run, read } = workspace(files);
    await run('run', 's.yaml', '--policy', 'picker', '--decisions=d.jsonl', '--decisions-of=1', ...QUIET);
    const [first] = parsed(read('d.jsonl'));
    expect(first).toMatchObject({ outcome: 'rejected', reason: 'rejected-saturated' });
    expect(first?.profiles?.[0]).toMatchObject({
      picked: [],
      error: expect.stringMatching(/no endpoint is left/),
    });
    expect(first?.profiles?.[0]?.endpoints.map(({ droppedBy }) => droppedBy)).toEqual(
      Array(3).fill('not-third'),
    );
  });

  it('refuses what says nothing', async () => {
    const { run } = workspace(FILES);
    for (const flags of [
      ['--decisions-of', '3'],
      ['--decisions=d.jsonl', '--decisions-of', '0'],
      ['--decisions=d.jsonl', '--decisions-of', 'ids:'],
      ['--decisions=nowhere/d.jsonl'],
      ['--decisions=d.jsonl', '--sweep', 'spec.workload.client.retries=0,1'],
    ])
      expect((await run('run', 's.yaml', ...flags)).code).toBe(2);
  });

  it('comes back from a worker thread as it is', () => {
    const { folder: cwd } = workspace(FILES);
    const source = { scenario: { file: 's.yaml', text: SCENARIO }, sets: [], changes: [], requests: 20, cwd };
    const task = {
      kind: 'run',
      label: '',
      source,
      policy: 'picker',
      seed: 1,
      check: false,
      decisions: { first: 5 },
    } as const;
    const record = new TaskPlayer().play(structuredClone(task), () => undefined);
    expect(structuredClone(record).decisions).toEqual(record.decisions);
    expect(record.decisions).toHaveLength(5);
  });
});
