import { latencySloAdmitter } from './plugins/admitters/latency-slo-admitter.ts';
import { probabilisticAdmitter } from './plugins/admitters/probabilistic-admitter.ts';
import { concurrencyDetector } from './plugins/detectors/concurrency-detector.ts';
import {
  priorityThenTimeEvictionOrderPolicy,
  sheddableEvictionFilter,
} from './plugins/flow-control/eviction-policies.ts';
import { globalStrictFairnessPolicy } from './plugins/flow-control/global-strict-fairness-policy.ts';
import {
  edfOrderingPolicy,
  fcfsOrderingPolicy,
  sloDeadlineOrderingPolicy,
} from './plugins/flow-control/ordering-policies.ts';
import { priorityHoldbackPolicy } from './plugins/flow-control/priority-holdback-policy.ts';
import { programAwareFairness } from './plugins/flow-control/program-aware-fairness.ts';
import { roundRobinFairnessPolicy } from './plugins/flow-control/round-robin-fairness-policy.ts';
import { softReflectiveCeilingPolicy } from './plugins/flow-control/soft-reflective-ceiling-policy.ts';
import { staticUsageLimitPolicy } from './plugins/flow-control/static-usage-limit-policy.ts';
import { agentIdentity } from './plugins/request-handling/agent-identity.ts';
import { utilizationDetector } from './plugins/detectors/utilization-detector.ts';
import type { PluginType } from './plugin-type.ts';
import { coreMetricsExtractor } from './plugins/data-layer/core-metrics-extractor.ts';
import { fileDiscovery, multiclusterFileDiscovery } from './plugins/data-layer/discovery.ts';
import {
  dcgmDataSource,
  metricsDataSource,
  modelsDataSource,
  multiclusterMetricsDataSource,
} from './plugins/data-layer/http-source.ts';
import {
  endpointNotificationSource,
  k8sNotificationSource,
} from './plugins/data-layer/notification-sources.ts';
import {
  dcgmExtractor,
  modelsDataExtractor,
  multiclusterMetricsExtractor,
} from './plugins/data-layer/other-extractors.ts';
import { topologyExtractor } from './plugins/data-layer/topology-extractor.ts';
import { alwaysDisaggMultimodalDecider } from './plugins/deciders/always-disagg-multimodal-decider.ts';
import { alwaysDisaggPdDecider } from './plugins/deciders/always-disagg-pd-decider.ts';
import { prefixBasedPdDecider } from './plugins/deciders/prefix-based-pd-decider.ts';
import { byLabel } from './plugins/filters/by-label.ts';
import { endpointAttributeFilter } from './plugins/filters/endpoint-attribute-filter.ts';
import { byLabelSelector, labelSelectorFilter } from './plugins/filters/label-selector-filter.ts';
import { prefixCacheAffinityFilter } from './plugins/filters/prefix-cache-affinity-filter.ts';
import { decodeFilter, encodeFilter, prefillFilter } from './plugins/filters/role-filters.ts';
import { sessionAffinityFilter } from './plugins/filters/session-affinity-filter.ts';
import { sloHeadroomTierFilter } from './plugins/filters/slo-headroom-tier-filter.ts';
import { topologyAffinityFilter } from './plugins/filters/topology-affinity-filter.ts';
import { utilizationFilter } from './plugins/filters/utilization-filter.ts';
import { dataParallelProfileHandler } from './plugins/handlers/data-parallel-profile-handler.ts';
import { disaggHeadersHandler, prefillHeaderHandler } from './plugins/handlers/disagg-headers-handler.ts';
import { disaggProfileHandler } from './plugins/handlers/disagg-profile-handler.ts';
import { headerProfileHandler } from './plugins/handlers/header-profile-handler.ts';
import { pdProfileHandler } from './plugins/handlers/pd-profile-handler.ts';
import { singleProfileHandler } from './plugins/handlers/single-profile-handler.ts';
import { MULTICLUSTER_PLUGINS } from './plugins/multicluster.ts';
import { maxScorePicker } from './plugins/pickers/max-score-picker.ts';
import { randomPicker } from './plugins/pickers/random-picker.ts';
import { weightedRandomPicker } from './plugins/pickers/weighted-random-picker.ts';
import { approxPrefixCacheProducer } from './plugins/producers/approx-prefix-cache-producer.ts';
import { burstPrefixCacheProducer } from './plugins/producers/burst-prefix-cache-producer.ts';
import { inflightLoadProducer } from './plugins/producers/inflight-load-producer.ts';
import { mmEmbeddingsCacheProducer } from './plugins/producers/mm-embeddings-cache-producer.ts';
import { p2pSourceProducer } from './plugins/producers/p2p-source-producer.ts';
import { precisePrefixCacheProducer } from './plugins/producers/precise-prefix-cache-producer.ts';
import { predictedLatencyProducer } from './plugins/producers/predicted-latency-producer.ts';
import { sessionIdProducer } from './plugins/producers/session-id-producer.ts';
import { tokenizer, tokenProducer } from './plugins/producers/token-producer.ts';
import { PARSERS } from './plugins/request-handling/parsers.ts';
import { requestAttributeReporter } from './plugins/request-handling/request-attribute-reporter.ts';
import {
  destinationEndpointServedVerifier,
  headerBasedTestingFilter,
} from './plugins/request-handling/test-plugins.ts';
import { activeRequestScorer } from './plugins/scorers/active-request-scorer.ts';
import { contextLengthAware } from './plugins/scorers/context-length-aware.ts';
import { endpointAttributeScorer } from './plugins/scorers/endpoint-attribute-scorer.ts';
import { headerLabelAffinityScorer } from './plugins/scorers/header-label-affinity-scorer.ts';
import { kvCacheUtilizationScorer } from './plugins/scorers/kv-cache-utilization-scorer.ts';
import { latencyScorer } from './plugins/scorers/latency-scorer.ts';
import { loadAwareScorer } from './plugins/scorers/load-aware-scorer.ts';
import { loraAffinityScorer } from './plugins/scorers/lora-affinity-scorer.ts';
import { mmEmbeddingsCacheScorer } from './plugins/scorers/mm-embeddings-cache-scorer.ts';
import { noHitLruScorer } from './plugins/scorers/no-hit-lru-scorer.ts';
import { precisePrefixCacheScorer } from './plugins/scorers/precise-prefix-cache-scorer.ts';
import { prefixCacheScorer } from './plugins/scorers/prefix-cache-scorer.ts';
import { queueScorer } from './plugins/scorers/queue-scorer.ts';
import { runningRequestsSizeScorer } from './plugins/scorers/running-requests-size-scorer.ts';
import { sessionAffinityScorer } from './plugins/scorers/session-affinity-scorer.ts';
import { tokenLoadScorer } from './plugins/scorers/token-load-scorer.ts';
import { topologyAffinityScorer } from './plugins/scorers/topology-affinity-scorer.ts';
import { disaggregatedsetRolloutScreener } from './plugins/screeners/disaggregatedset-rollout-screener.ts';

/** Every plugin type that a configuration may name, by type: those of cmd/epp/runner/runner.go of llm-d-router at ebab6879. */
export const PLUGIN_TYPES: ReadonlyMap<string, PluginType> = new Map(
  [
    ...[
      singleProfileHandler,
      disaggProfileHandler,
      dataParallelProfileHandler,
      headerProfileHandler,
      pdProfileHandler,
    ],
    ...[prefixBasedPdDecider, alwaysDisaggPdDecider, alwaysDisaggMultimodalDecider],
    ...[disaggHeadersHandler, prefillHeaderHandler],
    ...[labelSelectorFilter, byLabelSelector, byLabel, decodeFilter, prefillFilter, encodeFilter],
    ...[prefixCacheAffinityFilter, sloHeadroomTierFilter, contextLengthAware, sessionAffinityFilter],
    ...[endpointAttributeFilter, topologyAffinityFilter, utilizationFilter, headerBasedTestingFilter],
    ...[queueScorer, kvCacheUtilizationScorer, runningRequestsSizeScorer, loadAwareScorer, tokenLoadScorer],
    ...[activeRequestScorer, loraAffinityScorer, prefixCacheScorer, noHitLruScorer, mmEmbeddingsCacheScorer],
    ...[latencyScorer, sessionAffinityScorer, headerLabelAffinityScorer, endpointAttributeScorer],
    ...[topologyAffinityScorer, maxScorePicker, randomPicker, weightedRandomPicker],
    ...[tokenProducer, tokenizer, approxPrefixCacheProducer, inflightLoadProducer, predictedLatencyProducer],
    ...[precisePrefixCacheProducer, precisePrefixCacheScorer],
    ...[mmEmbeddingsCacheProducer, sessionIdProducer, burstPrefixCacheProducer, p2pSourceProducer],
    ...[disaggregatedsetRolloutScreener, requestAttributeReporter, destinationEndpointServedVerifier],
    ...[metricsDataSource, modelsDataSource, dcgmDataSource, multiclusterMetricsDataSource],
    ...[endpointNotificationSource, k8sNotificationSource, fileDiscovery, multiclusterFileDiscovery],
    ...[
      coreMetricsExtractor,
      modelsDataExtractor,
      dcgmExtractor,
      topologyExtractor,
      multiclusterMetricsExtractor,
    ],
    ...[utilizationDetector, concurrencyDetector],
    ...[globalStrictFairnessPolicy, roundRobinFairnessPolicy, programAwareFairness],
    ...[fcfsOrderingPolicy, edfOrderingPolicy, sloDeadlineOrderingPolicy],
    ...[staticUsageLimitPolicy, priorityHoldbackPolicy, softReflectiveCeilingPolicy],
    ...[sheddableEvictionFilter, priorityThenTimeEvictionOrderPolicy],
    ...[probabilisticAdmitter, latencySloAdmitter, agentIdentity],
    ...MULTICLUSTER_PLUGINS,
    ...PARSERS,
  ].map((entry) => [entry.type, entry]),
);
