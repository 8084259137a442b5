import { BUILT_IN_DEFAULT } from './default-config.ts';

/**
 * Configurations that go by a name. `llm-d`: the optimized baseline of llm-d's guides (guides/optimized-baseline, 2026);
 * `llm-d-default`: what the picker uses when it is given none.
 */
export const CONFIG_PRESETS: ReadonlyMap<string, string> = new Map([
  [
    'llm-d',
    `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: inflight-load-producer}
- {type: approx-prefix-cache-producer, parameters: {maxPrefixTokensToMatch: 40960}}
- {type: prefix-cache-affinity-filter, parameters: {peakPrefillThroughput: 15928}}
- {type: token-load-scorer}
schedulingProfiles:
- name: default
  plugins:
  - {pluginRef: prefix-cache-affinity-filter}
  - {pluginRef: token-load-scorer, weight: 1}
`,
  ],
  ['llm-d-default', BUILT_IN_DEFAULT],
]);
