import { APPROX_PRODUCER, prefixMatchData, tokenizedPromptData } from '../attributes.ts';
import { definePlugin } from '../plugin-type.ts';
import { readApproxParameters } from './producers/approx-prefix-cache-producer.ts';
import { readSessionParameters } from './session/session-parameters.ts';

const REASON = 'it chooses among clusters; a fleet here is one cluster';

/** Data of a whole cluster. Source: pkg/epp/framework/plugins/datalayer/attribute/metrics of llm-d-router at ebab6879. */
export const MULTICLUSTER_KV = 'MultiClusterKVCacheUtilization/multicluster-metrics-extractor';
export const MULTICLUSTER_QUEUE = 'MultiClusterQueueSize/multicluster-metrics-extractor';

/*
 * multicluster-session-affinity-filter, multicluster-queue-scorer, multicluster-kv-cache-utilization-scorer,
 * multicluster-prefix-cache-scorer, multicluster-approx-prefix-cache-producer: load, and are not played.
 * Parameters: those of their counterparts for one cluster.
 * Source: pkg/epp/framework/plugins/scheduling, requestcontrol/dataproducer/approximateprefix of llm-d-router at ebab6879.
 */
export const MULTICLUSTER_PLUGINS = [
  definePlugin({
    type: 'multicluster-session-affinity-filter',
    roles: ['filter'],
    maturity: 'alpha',
    notSimulated: REASON,
    parameters: readSessionParameters,
  }),
  definePlugin({
    type: 'multicluster-queue-scorer',
    roles: ['scorer'],
    maturity: 'alpha',
    notSimulated: REASON,
    data: () => ({ requires: [MULTICLUSTER_QUEUE] }),
  }),
  definePlugin({
    type: 'multicluster-kv-cache-utilization-scorer',
    roles: ['scorer'],
    maturity: 'alpha',
    notSimulated: REASON,
    data: () => ({ requires: [MULTICLUSTER_KV] }),
  }),
  definePlugin({
    type: 'multicluster-prefix-cache-scorer',
    roles: ['scorer'],
    maturity: 'alpha',
    notSimulated: REASON,
    parameters: (reader) => reader.string('prefixMatchInfoProducerName') || APPROX_PRODUCER,
    data: (producer) => ({ requires: [prefixMatchData(producer)] }),
  }),
  definePlugin({
    type: 'multicluster-approx-prefix-cache-producer',
    roles: ['producer'],
    maturity: 'alpha',
    notSimulated: REASON,
    parameters: readApproxParameters,
    data: (_, name) => ({ requires: [tokenizedPromptData()], produces: [prefixMatchData(name)] }),
  }),
];
