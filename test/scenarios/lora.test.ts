import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../base/user-error.ts';
import type { RunRecord } from '../../documents/run-record.ts';
import { loadScenario } from '../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../sim/fleet/simulate.ts';
import { engine, engineOf, labelsOf, resolve } from '../support/resolved.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../support/scenario-text.ts';

const LORA_ROUTER = `apiVersion: inference.networking.x-k8s.io/v1alpha1
kind: EndpointPickerConfig
plugins:
  - type: lora-affinity-scorer
  - type: max-score-picker
  - type: single-profile-handler
schedulingProfiles:
  - name: default
    plugins:
      - pluginRef: lora-affinity-scorer
        weight: 1
      - pluginRef: max-score-picker
`;

const FOUR =
  '[{ name: a, split: 0.25 }, { name: b, split: 0.25 }, { name: c, split: 0.25 }, { name: d, split: 0.25 }]';

const SCENARIO = SMALL_SCENARIO.replace('replicas: 2', 'replicas: 4\n        engine: { max_loras: 1 }')
  .replace('requests: 40, rate: 2', 'requests: 400, rate: 12')
  .replace('  policies:', `    lora_traffic_split: ${FOUR}\n  policies:`)
  .replace('{ builtin: least-request }', '{ file: lora.yaml }');

function runs(text: string, sets: readonly string[] = []): RunRecord[] {
  const resources = resourcesOf({ 'lora.yaml': LORA_ROUTER });
  const loaded = loadScenario({ file: 's.yaml', text }, sets, resources);
  const workload = workloadOf(loaded, resources);
  return runInputs(resolveScenario(loaded, resources), workload, { seeds: [1], check: true }).map((input) =>
    simulate(input),
  );
}

describe('requests for LoRA adapters', () => {
  it('wait where other adapters have all slots, and a router that knows of adapters spares them that', () => {
    const [blind, knowing] = runs(SCENARIO).map(({ entry }) => entry);
    expect(blind?.requests.completed).toBe(400);
    expect(knowing?.requests.completed).toBe(400);
    // One adapter at a time: whoever meets another one waits until that has finished.
    expect(knowing?.queueTime.p90 ?? NaN).toBeLessThan((blind?.queueTime.p90 ?? NaN) / 4);
  });

  it('wait for nobody where there is a slot for each', () => {
    const one = runs(SCENARIO)[0]?.entry.queueTime.p90 ?? NaN;
    const four = runs(SCENARIO, [engine('max_loras=4')])[0]?.entry.queueTime.p90 ?? NaN;
    expect(four).toBeLessThan(one / 4);
  });

  it('are drawn by their shares, find nothing of each other, and leave all else as it is', () => {
    const text = SCENARIO.replace(
      /random: .*/,
      'shared_prefix: { num_groups: 1, num_prompts_per_group: 50, system_prompt_len: 2000, question_len: 40, output_len: 20 }\n    load: { stages: [{ rate: 8, duration: 50s }] }',
    );
    const resources = resourcesOf({ 'lora.yaml': LORA_ROUTER });
    const requests = (split: string) => {
      const loaded = loadScenario({ file: 's.yaml', text: text.replace(FOUR, split) }, [], resources);
      const source = workloadOf(loaded, resources).workload.open(1);
      return Array.from({ length: 400 }, () => {
        const request = source.next();
        if (request === undefined) throw new Error('the workload has 400 requests');
        return request;
      });
    };
    const mixed = requests('[{ name: a, split: 0.5 }, { name: b, split: 0.25 }]');
    const plain = requests('[{ name: z, split: 1.0e-9 }]');
    const count = (name: string | undefined) => mixed.filter(({ lora }) => lora === name).length;
    expect(count('a')).toBeGreaterThan(160);
    expect(count('a')).toBeLessThan(240);
    expect(count(undefined)).toBeGreaterThan(60);
    expect(plain.every(({ lora }) => lora === undefined)).toBe(true);
    expect(mixed.map(({ prompt, arrival }) => [prompt.length, arrival])).toEqual(
      plain.map(({ prompt, arrival }) => [prompt.length, arrival]),
    );
    const beginnings = new Map(mixed.map(({ lora, prompt }) => [prompt.keys(16)[0]?.firstKey, lora]));
    expect([...beginnings.values()].map(String).sort()).toEqual(['a', 'b', 'undefined']);
  });

  it('need servers that take them', () => {
    const text = SCENARIO.replace('engine: { max_loras: 1 }', 'engine: { max_num_seqs: 64 }');
    const resources = resourcesOf({ 'lora.yaml': LORA_ROUTER });
    const problems = problemsOf(() => loadScenario({ file: 's.yaml', text }, [], resources)).map(
      formatProblem,
    );
    expect(problems).toEqual([
      expect.stringMatching(
        /^error\[E_MISSING\]: s\.yaml:\d+:\d+ spec\.fleet\.pools\[0\]\.engine\.max_loras is missing\n {2}hint: /,
      ),
    ]);
  });

  it('cost memory by rank and slots, and are labelled', () => {
    const blocks = (...settings: readonly string[]) =>
      engineOf(resolve(SMALL_SCENARIO, settings.map(engine))).numGpuBlocks;
    const none = blocks();
    // Qwen3-32B at rank 16 on two GPUs: 64 layers of about (3840 + 5120) + (4096 + 5120) + (25600 + 5120) + (12800 +
    // 5120) numbers per rank, BF16: 130 MiB on each, 65 blocks of 2 MiB.
    expect(none - blocks('max_loras=1')).toBeGreaterThan(55);
    expect(none - blocks('max_loras=1')).toBeLessThan(75);
    expect((none - blocks('max_loras=8', 'max_lora_rank=64')) / (none - blocks('max_loras=1'))).toBeCloseTo(
      32,
      0,
    );
    expect(labelsOf(resolve(SMALL_SCENARIO, [engine('max_loras=1')]), 'lora')).toHaveLength(1);
  });
});
