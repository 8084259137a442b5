/** Configurations of llm-d's guides (2026), see section 14 of the reference on its scheduler. */
export const GUIDES = {
  precise: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: token-producer, parameters: {modelName: my/model, vllm: {url: "http://localhost:8000"}}}
- {type: endpoint-notification-source}
- type: precise-prefix-cache-producer
  parameters:
    tokenProcessorConfig: {blockSizeTokens: 64}
    speculativeIndexing: true
    kvEventsConfig: {topicFilter: "kv@", concurrency: 8, discoverPods: true, podDiscoveryConfig: {socketPort: 5556}}
- {type: inflight-load-producer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: prefix-cache-affinity-filter, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer, peakPrefillThroughput: 15926}}
- {type: token-load-scorer}
schedulingProfiles:
- name: default
  plugins: [{pluginRef: prefix-cache-affinity-filter}, {pluginRef: token-load-scorer}]
dataLayer:
  sources: [{pluginRef: endpoint-notification-source, extractors: [{pluginRef: precise-prefix-cache-producer}]}]
`,
  disaggregated: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: always-disagg-pd-decider}
- {type: disagg-profile-handler, parameters: {deciders: {prefill: always-disagg-pd-decider}}}
- {type: prefill-filter}
- {type: decode-filter}
- {type: inflight-load-producer}
- {type: prefix-cache-affinity-filter, parameters: {peakPrefillThroughput: 33821}}
- {type: token-load-scorer}
- {type: active-request-scorer}
schedulingProfiles:
- name: prefill
  plugins: [{pluginRef: prefill-filter}, {pluginRef: prefix-cache-affinity-filter}, {pluginRef: token-load-scorer}]
- name: decode
  plugins: [{pluginRef: decode-filter}, {pluginRef: active-request-scorer}]
`,
  flat: `apiVersion: inference.networking.x-k8s.io/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: disagg-headers-handler}
- {type: always-disagg-pd-decider}
- {type: disagg-profile-handler, parameters: {deciderPluginName: always-disagg-pd-decider}}
- {type: prefill-filter}
- {type: decode-filter}
- {type: prefix-cache-scorer}
- {type: queue-scorer}
- {type: active-request-scorer}
schedulingProfiles:
- name: prefill
  plugins: [{pluginRef: prefill-filter}, {pluginRef: prefix-cache-scorer, weight: 3}, {pluginRef: queue-scorer, weight: 2}, {pluginRef: active-request-scorer, weight: 2}]
- name: decode
  plugins: [{pluginRef: decode-filter}, {pluginRef: active-request-scorer}]
`,
  tiered: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {name: gpu-index, type: approx-prefix-cache-producer}
- {name: cpu-index, type: approx-prefix-cache-producer, parameters: {autoTune: false, blockSizeTokens: 64, lruCapacityPerServer: 82000}}
- {name: gpu-prefix, type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: gpu-index}}
- {name: cpu-prefix, type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: cpu-index}}
- {type: queue-scorer}
- {type: kv-cache-utilization-scorer}
- {type: no-hit-lru-scorer}
schedulingProfiles:
- name: default
  plugins: [{pluginRef: queue-scorer}, {pluginRef: kv-cache-utilization-scorer}, {pluginRef: gpu-prefix}, {pluginRef: cpu-prefix}, {pluginRef: no-hit-lru-scorer}]
`,
  flowControl: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
featureGates: [flowControl]
plugins:
- {type: queue-scorer}
- {type: kv-cache-utilization-scorer}
- {type: prefix-cache-scorer}
- {type: round-robin-fairness-policy}
- {type: concurrency-detector, parameters: {maxConcurrency: 132}}
schedulingProfiles:
- name: default
  plugins: [{pluginRef: queue-scorer, weight: 2}, {pluginRef: kv-cache-utilization-scorer, weight: 2}, {pluginRef: prefix-cache-scorer, weight: 3}]
flowControl:
  maxBytes: 10Gi
  maxRequests: 1k
  defaultRequestTTL: 60s
  saturationDetector: {pluginRef: concurrency-detector}
  priorityBands:
  - {priority: 100, maxRequests: "500", fairnessPolicyRef: round-robin-fairness-policy}
  - {priority: 0,   maxRequests: "200", fairnessPolicyRef: round-robin-fairness-policy}
  - {priority: -10, maxRequests: "50",  fairnessPolicyRef: round-robin-fairness-policy}
`,
  predicted: `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
plugins:
- {type: predicted-latency-producer}
- {name: strict, type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.99, ttftSource: latencyPredictor, maxTTFTPenaltyMs: 5000}}
- {name: loose, type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.80, ttftSource: latencyPredictor, maxTTFTPenaltyMs: 5000}}
- {type: slo-headroom-tier-filter}
- {type: latency-scorer}
- {type: weighted-random-picker}
- {type: latency-slo-admitter}
schedulingProfiles:
- name: default
  plugins: [{pluginRef: strict}, {pluginRef: slo-headroom-tier-filter}, {pluginRef: loose}, {pluginRef: latency-scorer}, {pluginRef: weighted-random-picker}]
`,
} as const;
