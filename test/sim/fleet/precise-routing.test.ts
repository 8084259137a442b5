import { describe, expect, it } from 'vitest';

import type { RunEntry } from '../../../documents/run-report.ts';
import { loadScenario } from '../../../scenarios/load/load-scenario.ts';
import { resolveScenario } from '../../../scenarios/resolve/resolve-scenario.ts';
import { runInputs } from '../../../scenarios/resolve/run-inputs.ts';
import { workloadOf } from '../../../scenarios/resolve/workload-of.ts';
import { simulate } from '../../../sim/fleet/simulate.ts';
import { resourcesOf } from '../../support/scenario-text.ts';

/** llm-d's guide for precise prefix-cache routing, at the engine's block size. */
const PRECISE = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: token-producer, parameters: {modelName: black-box, vllm: {url: "http://localhost:8000"}}}
- {type: endpoint-notification-source}
- type: precise-prefix-cache-producer
  parameters:
    tokenProcessorConfig: {blockSizeTokens: 16}
    speculativeIndexing: true
    kvEventsConfig: {topicFilter: "kv@", concurrency: 8, discoverPods: true, podDiscoveryConfig: {socketPort: 5556}}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: queue-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer, weight: 3}, {pluginRef: queue-scorer}]}
dataLayer:
  sources: [{pluginRef: endpoint-notification-source, extractors: [{pluginRef: precise-prefix-cache-producer}]}]
`;

/** The same weights on the picker's guess of what the caches hold. */
const APPROXIMATE = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: prefix-cache-scorer}
- {type: queue-scorer}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer, weight: 3}, {pluginRef: queue-scorer}]}
`;

/**
 * Long answers push documents out of the caches, and only the events tell. The guess is no worse everywhere: with short
 * answers and far more documents than fit it keeps each one at its place, and finds as much.
 */
const SCENARIO = `apiVersion: fleetcast/v1alpha1
kind: Scenario
metadata: { name: evictions }
spec:
  fleet:
    pools:
      - name: box
        replicas: 4
        step_time: { constant: 5ms, per_token: 20us, per_context_token: 0ns }
        engine: { num_gpu_blocks: 1000, max_model_len: 4096 }
  workload:
    shared_prefix: { num_groups: 20, num_prompts_per_group: 20, system_prompt_len: 1500, question_len: 64, output_len: 900, seed: 3 }
    load: { stages: [ { rate: 6, duration: 100s } ] }
  policies:
    - { name: approximate, router: { file: approximate.yaml }, gateway: { kv_event_delay: 5ms } }
    - { name: precise, router: { file: precise.yaml }, gateway: { kv_event_delay: 5ms } }
    - { name: late, router: { file: precise.yaml }, gateway: { kv_event_delay: 30s } }
`;

describe('precise prefix-cache routing under eviction pressure', () => {
  const resources = resourcesOf({ 'precise.yaml': PRECISE, 'approximate.yaml': APPROXIMATE });
  const loaded = loadScenario({ file: 's.yaml', text: SCENARIO }, [], resources);
  const opened = workloadOf(loaded, resources);
  const seeds = [1, 2, 3];
  const inputs = runInputs(resolveScenario(loaded, resources), opened, { seeds, check: true });
  const entries: readonly RunEntry[] = inputs.map((input) => simulate(input).entry);
  const cacheOf = (policy: string, seed: number) => {
    const cache = entries.find((entry) => entry.policy === policy && entry.seed === seed)?.prefixCache;
    if (cache === undefined) throw new Error(`${policy} was not played`);
    const { hitRate = 0, hitTokens, predictedHitTokens = 0 } = cache;
    return { hitRate, belief: predictedHitTokens / hitTokens };
  };

  it('finds more of the prompts in the caches than a router that guesses', () => {
    for (const seed of seeds)
      expect(cacheOf('precise', seed).hitRate).toBeGreaterThan(cacheOf('approximate', seed).hitRate);
  });

  it('believes what is so; the guess does not hear of evictions', () => {
    for (const seed of seeds) {
      expect(Math.abs(cacheOf('precise', seed).belief - 1)).toBeLessThan(0.01);
      expect(cacheOf('approximate', seed).belief).toBeGreaterThan(1.05);
    }
  });

  it('is worse, and believes too much, when the events come late', () => {
    for (const seed of seeds) {
      expect(cacheOf('late', seed).hitRate).toBeLessThan(cacheOf('precise', seed).hitRate);
      expect(cacheOf('late', seed).belief).toBeGreaterThan(1.05);
    }
  });
});
