import { describe, expect, it } from 'vitest';

import type { RunRecord } from '../../../documents/run-record.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { resourcesOf } from '../../support/scenario-text.ts';

/** Queues, load in flight, guessed and known cache contents: something for every knob to act on. */
const ROUTER = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: inflight-load-producer}
- {type: approx-prefix-cache-producer}
- {type: token-producer, parameters: {modelName: m, vllm: {}}}
- {type: precise-prefix-cache-producer, parameters: {tokenProcessorConfig: {blockSizeTokens: 16}}}
- {type: endpoint-notification-source}
- {name: known, type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: token-load-scorer, parameters: {queueThresholdTokens: 8000}}
- {type: kv-cache-utilization-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: known, weight: 0.3}, {pluginRef: token-load-scorer, weight: 2}, {pluginRef: kv-cache-utilization-scorer}]}
dataLayer:
  sources: [{pluginRef: endpoint-notification-source, extractors: [{pluginRef: precise-prefix-cache-producer}]}]
`;

const SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: knobs }
spec:
  fleet:
    pools:
      - { name: box, replicas: 4, step_time: { constant: 10ms, per_token: 40us, per_context_token: 0ns }, engine: { num_gpu_blocks: 1500, max_model_len: 4096 } }
  workload:
    shared_prefix: { num_groups: 12, num_prompts_per_group: 20, system_prompt_len: 900, question_len: 100, output_len: 80, seed: 3 }
    load: { stages: [ { rate: 12, duration: 20s } ], arrival: poisson }
  policies:
    - { name: p, router: { file: epp.yaml }, gateway: { GATEWAY }, tie_break: TIE }
`;

function play(gateway: string, tieBreak = 'random'): RunRecord {
  const resources = resourcesOf({ 'epp.yaml': ROUTER });
  const text = SCENARIO.replace('GATEWAY', gateway).replace('TIE', tieBreak);
  const loaded = loadScenario({ file: 's.yaml', text }, [], resources);
  const inputs = runInputs(resolveScenario(loaded, resources), workloadOf(loaded, resources), { seeds: [1] });
  const [record] = inputs.map((input) => simulate(input));
  if (record === undefined) throw new Error('one policy and one seed make one run');
  return record;
}

describe('the knobs of a gateway', () => {
  const where = ({ requests }: RunRecord): number[] => [...requests.endpointCode];
  const plain = play('');

  it.each([
    'scrape_interval: 3s',
    'scrape_phase: aligned, scrape_interval: 1s',
    'kv_event_delay: 5s',
    'replicas: 3',
    'producer_order: in-flight-first',
  ])('%s changes where requests go', (gateway) => {
    expect(where(play(gateway))).not.toEqual(where(plain));
  });

  it.each(['decision_time: 30ms', 'tokenization_time: 30ms'])('%s is part of TTFT', (gateway) => {
    const { requests } = play(gateway);
    for (const part of requests.parts.gatewayDecision ?? []) expect(part).toBeCloseTo(0.03, 9);
    expect(requests.parts.gatewayDecision).toHaveLength(240);
  });

  it('tie_break changes where requests go', () => {
    expect(where(play('', 'rotate-tier'))).not.toEqual(where(plain));
    expect(where(play('', 'rotate-all'))).not.toEqual(where(play('', 'rotate-tier')));
  });

  it('router replicas that share their state are as one', () => {
    expect(where(play('replicas: 3, shared_state: true'))).toEqual(where(plain));
  });
});
