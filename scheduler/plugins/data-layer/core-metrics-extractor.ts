import type { ParameterReader } from '../../config/parameter-reader.ts';
import { coreMetricData, METRICS_EXTRACTOR, type CoreMetric } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';

/** Engines whose metrics are known by name. Source: extractor/metrics/factories.go. */
const ENGINES = ['vllm', 'sglang', 'trtllm-serve', 'triton-tensorrt-llm', 'triton'];
/** Name under which the default engine's metrics are kept. Source: extractor/metrics/mapping_registry.go. */
const RESERVED = 'default';
const SPECS = ['queuedRequestsSpec', 'runningRequestsSpec', 'kvUsageSpec', 'loraSpec', 'cacheInfoSpec'];
const MORE_SPECS = ['cacheBlockSizeSpec', 'cacheNumBlocksSpec'];
const METRICS: readonly CoreMetric[] = [
  'WaitingQueueSize',
  'RunningRequestsSize',
  'KVCacheUsagePercent',
  'ActiveModels',
  'WaitingModels',
];
const LABELS = ['cacheBlockSizeLabelName', 'cacheNumBlocksLabelName'];

/*
 * core-metrics-extractor: finds an engine's gauges on its metrics page. The host brings them (observeMetrics); this only
 * loads.
 * Parameters: engineLabelKey, defaultEngine (vllm), engineConfigs [{name, queuedRequestsSpec, runningRequestsSpec,
 * kvUsageSpec, loraSpec, cacheInfoSpec, cacheBlockSizeLabelName, cacheNumBlocksLabelName, cacheBlockSizeSpec,
 * cacheNumBlocksSpec, customMetrics [{attributeKey, metricSpec}]}]; a spec is a PromQL instant vector selector.
 * Source: pkg/epp/framework/plugins/datalayer/extractor/metrics of llm-d-router at ebab6879.
 */
export const coreMetricsExtractor = definePlugin({
  type: METRICS_EXTRACTOR,
  roles: ['extractor'],
  maturity: 'beta',
  data: () => ({ produces: METRICS.map(coreMetricData) }),
  parameters: (reader) => {
    reader.string('engineLabelKey');
    const defaultEngine = reader.string('defaultEngine') || 'vllm';
    const names = (reader.objects('engineConfigs') ?? []).map(readEngine);
    if (![...ENGINES, ...names].includes(defaultEngine))
      reader.refuse('defaultEngine', `must be one of ${[...new Set([...ENGINES, ...names])].join(', ')}`);
    if (new Set(names).size < names.length) reader.refuse('engineConfigs', 'name an engine twice');
  },
});

function readEngine(reader: ParameterReader): string {
  const name = reader.string('name', '');
  if (name === '') reader.refuse('name', 'must not be empty');
  if (name === RESERVED) reader.refuse('name', `must not be "${RESERVED}"`);
  for (const key of [...SPECS, ...MORE_SPECS]) checkSpec(reader, key);
  for (const key of LABELS) reader.string(key);
  for (const metric of reader.objects('customMetrics') ?? []) {
    metric.string('attributeKey');
    checkSpec(metric, 'metricSpec');
  }
  return name;
}

/** `name`, or `name{label=value, …}` with the values quoted or not. */
export function checkSpec(reader: ParameterReader, key: string): void {
  const spec = reader.string(key, '').trim();
  const label = String.raw`\s*[a-zA-Z_]\w*\s*(?:=|!=|=~|!~)\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^",}\s]+)\s*`;
  const selector = new RegExp(`^[a-zA-Z_:][\\w:]*\\s*(?:\\{(?:${label}(?:,${label})*,?\\s*)?\\s*\\})?$`);
  if (spec !== '' && !selector.test(spec))
    reader.refuse(key, 'must be a metric: name or name{label="value"}');
}
