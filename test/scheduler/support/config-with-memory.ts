/** Everything that keeps something between requests. */
export const CONFIG = `apiVersion: llm-d.ai/v1alpha1
kind: EndpointPickerConfig
featureGates: [flowControl]
plugins:
- {type: inflight-load-producer}
- {type: approx-prefix-cache-producer, parameters: {lruCapacityPerServer: 6, maxPrefixTokensToMatch: 1000}}
- {type: token-producer, parameters: {modelName: m, vllm: {url: "http://tokenizer"}}}
- type: precise-prefix-cache-producer
  parameters:
    speculativeIndexing: true
    speculativeTTL: 200ms
    indexerConfig: {kvBlockIndexConfig: {inMemoryConfig: {podCacheSize: 3}}}
- {name: precise-scorer, type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: mm-embeddings-cache-producer}
- {type: predicted-latency-producer, parameters: {streamingMode: true}}
- {type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.5}}
- {type: token-load-scorer}
- {type: active-request-scorer}
- {type: no-hit-lru-scorer}
- {type: mm-embeddings-cache-scorer}
- {type: session-affinity-scorer, parameters: {strategy: session_id}}
- {type: prefix-cache-scorer}
- {type: concurrency-detector, parameters: {maxConcurrency: 2}}
- {type: round-robin-fairness-policy}
schedulingProfiles:
- name: default
  plugins:
  - {pluginRef: prefix-cache-affinity-filter}
  - {pluginRef: token-load-scorer}
  - {pluginRef: active-request-scorer}
  - {pluginRef: no-hit-lru-scorer}
  - {pluginRef: mm-embeddings-cache-scorer}
  - {pluginRef: session-affinity-scorer}
  - {pluginRef: prefix-cache-scorer}
  - {pluginRef: precise-scorer}
flowControl:
  saturationDetector: {pluginRef: concurrency-detector}
  defaultRequestTTL: 100ms
  defaultPriorityBand: {fairnessPolicyRef: round-robin-fairness-policy, maxRequests: 4}
`;
