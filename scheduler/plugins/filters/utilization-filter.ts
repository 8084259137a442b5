import { inFlightData, type InFlightLoad } from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';

const METRICS = ['active-requests', 'running-requests', 'waiting-queue', 'kv-cache-utilization'] as const;
type MetricName = (typeof METRICS)[number];

interface Condition {
  readonly metric: MetricName;
  readonly maxValue: number;
}

/*
 * utilization-filter: keeps endpoints of which every named metric is at most its limit.
 * Inputs: Metrics, InFlightLoad (for active-requests; missing = 0). Parameters: conditions [{metric: active-requests |
 * running-requests | waiting-queue | kv-cache-utilization, maxValue >= 0}] (required), fallbackOnEmpty (false; all when
 * none is left), inFlightLoadProducerName.
 * Source: pkg/epp/framework/plugins/scheduling/filter/utilization of llm-d-router at ebab6879.
 */
export const utilizationFilter = definePlugin({
  type: 'utilization-filter',
  roles: ['filter'],
  maturity: 'alpha',
  needsParameters: true,
  parameters: (reader) => {
    const conditions = (reader.objects('conditions') ?? []).flatMap(readCondition);
    if (conditions.length === 0) reader.refuse('conditions', 'are required');
    return {
      conditions,
      fallbackOnEmpty: reader.bool('fallbackOnEmpty', false),
      producer: reader.string('inFlightLoadProducerName') || undefined,
    };
  },
  data: ({ conditions, producer }) =>
    conditions.some(({ metric }) => metric === 'active-requests')
      ? { requires: [inFlightData(producer)] }
      : {},
  create: ({ conditions, fallbackOnEmpty, producer }, context): Filter => {
    const load = context.key<InFlightLoad>(inFlightData(producer));
    return {
      type: 'utilization-filter',
      name: context.name,
      filter(state, endpoints) {
        const kept = endpoints.filter((endpoint) =>
          conditions.every(({ metric, maxValue }) => {
            const { running, waiting, kvUsage } = endpoint.metrics;
            if (metric === 'active-requests') return (state.read(load, endpoint)?.requests ?? 0) <= maxValue;
            if (metric === 'running-requests') return running <= maxValue;
            return (metric === 'waiting-queue' ? waiting : kvUsage) <= maxValue;
          }),
        );
        return kept.length === 0 && fallbackOnEmpty ? endpoints : kept;
      },
    };
  },
});

function readCondition(reader: ParameterReader): Condition[] {
  const name = reader.string('metric', '');
  const maxValue = reader.float('maxValue');
  const metric = METRICS.find((known) => known === name);
  if (metric === undefined) reader.refuse('metric', `must be one of ${METRICS.join(', ')}`);
  if (maxValue === undefined) reader.refuse('maxValue', 'is required');
  else if (maxValue < 0) reader.refuse('maxValue', 'must not be negative');
  return metric === undefined || maxValue === undefined ? [] : [{ metric, maxValue }];
}
