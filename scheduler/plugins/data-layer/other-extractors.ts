import { definePlugin } from '../../plugin-type.ts';
import { checkSpec } from './core-metrics-extractor.ts';
import { MULTICLUSTER_KV, MULTICLUSTER_QUEUE } from '../multicluster.ts';

/*
 * models-data-extractor, dcgm-extractor, multicluster-metrics-extractor: find data on pages that the host would have to fetch;
 * they only load.
 * Parameters: of the first two none, whatever is given is ignored; of the last kvCacheUtilizationMetric, queueSizeMetric.
 * Source: pkg/epp/framework/plugins/datalayer/extractor of llm-d-router at ebab6879.
 */
export const modelsDataExtractor = definePlugin({
  type: 'models-data-extractor',
  unverified: true,
  roles: ['extractor'],
  maturity: 'beta',
});
export const dcgmExtractor = definePlugin({
  type: 'dcgm-extractor',
  unverified: true,
  roles: ['extractor'],
  maturity: 'alpha',
});
export const multiclusterMetricsExtractor = definePlugin({
  type: 'multicluster-metrics-extractor',
  unverified: true,
  roles: ['extractor'],
  maturity: 'alpha',
  parameters: (reader) => {
    checkSpec(reader, 'kvCacheUtilizationMetric');
    checkSpec(reader, 'queueSizeMetric');
  },
  data: () => ({ produces: [MULTICLUSTER_KV, MULTICLUSTER_QUEUE] }),
});
