import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../../base/user-error.ts';
import { loadScenario, type LoadedScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { scenarioYaml } from '../../../scenarios/resolve/scenario-yaml.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { play } from '../../sim/workload/play.ts';
import { problemsOf, resourcesOf, SMALL_SCENARIO } from '../../support/scenario-text.ts';
import { describeShared } from '../../support/shared.ts';

function scenarioOf(source: string): string {
  return SMALL_SCENARIO.replace(/ {4}random: .*\n/, `    inference_perf: ${source}\n`);
}

function load(file: string, source = '{ file: w.yaml }', sets: readonly string[] = []): LoadedScenario {
  return loadScenario({ file: 's.yaml', text: scenarioOf(source) }, sets, resourcesOf({ 'w.yaml': file }));
}

function refusals(file: string, source?: string): string[] {
  return problemsOf(() => load(file, source)).map(formatProblem);
}

const CONFIG = `load:
  type: constant
  interval: 15
  request_timeout: 45
  num_workers: 4
  stages:
    - { rate: 5, duration: 10 }
    - { rate: 2.5, duration: 3 }
api: { type: completion, streaming: true }
server: { type: vllm, model_name: m, base_url: "http://0.0.0.0:8000", ignore_eos: false }
tokenizer: { pretrained_model_name_or_path: m }
data:
  type: shared_prefix
  shared_prefix:
    num_groups: 3
    num_prompts_per_group: 2
    system_prompt_len: 100
    question_len: { mean: 40, std_dev: 5, min: 30, max: 50 }
    output_len: { type: uniform, min: 1, max: 9 }
report: { request_lifecycle: { summary: true } }
`;

describe('an inference-perf configuration', () => {
  it('says what is asked, when, and by which client', () => {
    const { workload } = load(CONFIG).scenario.spec;
    expect(workload).toEqual({
      shared_prefix: {
        num_groups: 3,
        num_prompts_per_group: 2,
        system_prompt_len: 100,
        question_len: { type: 'normal', mean: 40, std_dev: 5, min: 30, max: 50 },
        output_len: { type: 'uniform', min: 1, max: 9 },
        seed: 0,
      },
      load: {
        arrival: 'constant',
        interval: '15s',
        stages: [
          { rate: 5, duration: '10s', warmup: false },
          { rate: 2.5, duration: '3s', warmup: false },
        ],
      },
      client: { timeout: '45s', streaming: true, retries: 0, cancel_share: 0 },
      finish: 'eos',
    });
  });

  it('has the defaults of inference-perf', () => {
    const { workload } = load(`load: { type: concurrent, stages: [{ num_requests: 9, concurrency_level: 3 }] }
data: { type: random, input_distribution: { max: 99 }, output_distribution: { type: fixed, mean: 7 } }
`).scenario.spec;
    expect(workload).toMatchObject({
      random: {
        input_len: { type: 'normal', mean: 512, std_dev: 200, min: 10, max: 99 },
        output_len: { type: 'fixed', mean: 7 },
      },
      load: { interval: '1s', stages: [{ concurrency: 3, requests: 9 }] },
      client: { streaming: false },
      finish: 'length',
    });
    expect(workload.client.timeout).toBeUndefined();
  });

  it('gives way to a load, a client and an end that stand beside it', () => {
    const text = scenarioOf('{ file: w.yaml }').replace(
      '  policies:',
      `    load: { closed_loop: { concurrency: 2, requests: 8 } }
    client: { max_in_flight: 3 }
    finish: length
  policies:`,
    );
    const resources = resourcesOf({ 'w.yaml': CONFIG });
    const { workload } = loadScenario({ file: 's.yaml', text }, [], resources).scenario.spec;
    expect(workload.load).toEqual({ closed_loop: { concurrency: 2, requests: 8 } });
    expect(workload.client).toMatchObject({ max_in_flight: 3, streaming: true });
    expect(workload.client.timeout).toBeUndefined();
    expect(workload.finish).toBe('length');
    expect(workload.shared_prefix?.num_groups).toBe(3);
  });

  it('is chosen by --set, and stands in the resolved scenario itself', () => {
    const list = `workloads:
  - { id: one, load: { type: concurrent, stages: [{ num_requests: 9, concurrency_level: 3 }] }, ignoreEos: true,
      data: { type: random, input_distribution: { type: fixed, mean: 5 }, output_distribution: { type: fixed, mean: 7 } } }
  - { id: two, load: { type: concurrent, stages: [{ num_requests: 9, concurrency_level: 3, role: warmup }] }, ignoreEos: false,
      data: { type: conversation_replay, conversation_replay: { num_conversations: 4 } } }
`;
    const chosen = load(list, '{ file: w.yaml, id: one }', ['spec.workload.inference_perf.id=two']);
    const resolved = resolveScenario(chosen, resourcesOf());
    expect(resolved.document.spec.workload).toMatchObject({
      conversation_replay: {
        num_conversations: 4,
        shared_system_prompt_len: 8359,
        turns_per_conversation: 10,
        seed: 42,
      },
      load: { stages: [{ concurrency: 3, requests: 9, warmup: true }] },
      finish: 'eos',
    });
    // Nothing is left to look up: the file is not there any more.
    const again = loadScenario({ file: 'r.yaml', text: scenarioYaml(resolved) }, [], resourcesOf());
    expect(resolveScenario(again, resourcesOf()).sha256).toBe(resolved.sha256);
  });

  it('is refused where it cannot be read, with its file and place', () => {
    expect(refusals(CONFIG.replace('rate: 2.5', 'rate: -2')).join()).toContain('w.yaml:8:');
    expect(refusals(CONFIG.replace('num_groups: 3', 'num_groups: "${GROUPS}"')).join()).toMatch(
      /w\.yaml:15:\d+.*data\.shared_prefix\.num_groups is a placeholder: \$\{GROUPS\}/,
    );
    expect(refusals(CONFIG.replace('std_dev: 5', 'std: 5')).join()).toContain('std_dev');
    expect(refusals(CONFIG.replace('type: shared_prefix', 'type: billsum_conversations')).join()).toContain(
      'data.type "billsum_conversations" is not simulated',
    );
    expect(refusals(CONFIG.replace('type: constant', 'type: trace_replay')).join()).toContain(
      'load.type "trace_replay" is not simulated',
    );
    expect(
      refusals(CONFIG.replace('num_groups: 3', 'num_groups: 3\n    enable_multi_turn_chat: true')).join(),
    ).toContain('data.shared_prefix.enable_multi_turn_chat is not simulated');
    expect(refusals('load: [').join()).toContain('w.yaml:1:');
    expect(refusals('workloads: [{ id: alpha }, { id: beta }]').join()).toContain('ids: alpha, beta');
    expect(refusals('[{ id: alpha }]', '{ file: w.yaml, id: alpa }').join()).toContain('alpha');
    expect(refusals('kind: Scenario').join()).toContain('this file has no inference-perf workloads');
    expect(refusals(CONFIG, '{ file: x.yaml }').join()).toContain('x.yaml: there is no such file');
    expect(refusals(CONFIG, '{ file: w.yaml, id: one }').join()).toContain('not "one"');
    // A place in the scenario for what has none in the file.
    expect(refusals('[{ id: alpha }]').join()).toContain('s.yaml:');
  });

  it('sends floor(rate x duration) requests in each stage', () => {
    const stage = fc.record({
      rate: fc.double({ min: 0.5, max: 40, noNaN: true }),
      duration: fc.integer({ min: 2, max: 20 }),
    });
    fc.assert(
      fc.property(
        fc.array(stage, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('poisson', 'constant'),
        fc.integer(),
        (stages, type, seed) => {
          const config = JSON.stringify({
            load: { type, stages },
            data: { type: 'random', input_distribution: {}, output_distribution: {} },
          });
          const { workload } = workloadOf(load(config), resourcesOf());
          const sent = play(workload.open(seed)).map(({ request }) => request.stage);
          expect(stages.map((_, index) => sent.filter((one) => one === index).length)).toEqual(
            stages.map(({ rate, duration }) => Math.floor(rate * duration)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describeShared('published inference-perf workloads', 'data/published/workloads.json', (file) => {
  it('load and play, or are refused with the reason', () => {
    const text = readFileSync(file, 'utf8');
    const ids = [...text.matchAll(/^ {3}"id": "(.*)",$/gm)].map(([, id = '']) => id);
    const refused = ids.flatMap((id) => {
      let loaded: LoadedScenario | undefined;
      const problems = problemsOf(() => {
        loaded = load(text, `{ file: w.yaml, id: ${id} }`);
      });
      if (loaded === undefined) {
        expect(problems.map(({ at }) => at?.file)).toEqual(problems.map(() => 'w.yaml'));
        return [`${id}: ${problems.map(({ message }) => message).join('; ')}`];
      }
      const { workload } = workloadOf(loaded, resourcesOf(), 50);
      const played = play(workload.open(1));
      expect(played).toHaveLength(50);
      expect(played.every(({ request }) => request.prompt.length > 0 && request.outputTokens > 0)).toBe(true);
      return [];
    });
    expect(ids).toHaveLength(44);
    expect(refused).toMatchInlineSnapshot(`
      [
        "catalog-agentic-trace-replay: load.type "trace_session_replay" is not simulated; data.type "otel_trace_replay" is not simulated",
        "llmdbench-guide_multimodal-serving_1: data.shared_prefix.multimodal is not simulated",
        "llmdbench-guide_predicted-latency-routing_1: data.conversation_replay.seed is a placeholder: \${CONCURRENCY}; data.conversation_replay.num_conversations is a placeholder: \${CONCURRENCY}",
        "llmdbench-shared_prefix_multi_turn_chat: data.shared_prefix.enable_multi_turn_chat is not simulated",
        "llmdbench-random_concurrent: data.input_distribution.std is not a key that is known here; data.output_distribution.std is not a key that is known here",
        "llmdbench-weka_traces: load.type "trace_session_replay" is not simulated; data.type "weka_trace_replay" is not simulated",
        "llmdbench-otel_traces: load.type "trace_session_replay" is not simulated; data.type "otel_trace_replay" is not simulated",
        "gaie-decode-heavy: data.type "infinity_instruct" is not simulated",
        "gaie-prefill-heavy: data.type "billsum_conversations" is not simulated",
        "token-aware-code-generation: data.conversation_replay.seed is a placeholder: \${CONC}; data.conversation_replay.num_conversations is a placeholder: \${CONC}",
        "token-aware-reasoning: data.conversation_replay.seed is a placeholder: \${CONC}; data.conversation_replay.num_conversations is a placeholder: \${CONC}",
        "slo-shedding-conversation-replay: data.conversation_replay.num_conversations is a placeholder: \${NUM_CONVERSATIONS}",
      ]
    `);
  });
});
