import {
  inFlightData,
  latencyData,
  prefixMatchData,
  type InFlightLoad,
  type LatencyPrediction,
  type PrefixMatch,
} from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';
import type { RequestState } from '../../request-state.ts';

/*
 * prefix-cache-affinity-filter: narrows to the endpoints that hold the prompt, unless they are too far behind.
 * At most one endpoint, or affinityThreshold <= 0: all. With probability explorationProbability: all. Sticky = matched
 * share of blocks >= affinityThreshold; none: all. If maxTTFTPenaltyMs > 0 and some endpoint is not sticky: all, where
 * least TTFT of the sticky - least TTFT of the others > maxTTFTPenaltyMs. Else the sticky ones.
 * TTFT in ms = in-flight tokens / peakPrefillThroughput * 1000 (missing = 0; this request's own tokens do not count), or the
 * predicted one (missing = the largest number).
 * Inputs: PrefixCacheMatchInfo, InFlightLoad or LatencyPredictionInfo. Parameters: affinityThreshold (0.8, at most 1),
 * explorationProbability (0), maxTTFTPenaltyMs (18000), ttftSource (prefillThroughput | latencyPredictor),
 * peakPrefillThroughput (15928 tokens/s: Qwen 32B on two H100, as measured by llm-d), prefixMatchInfoProducerName,
 * latencyPredictionInfoProducerName, inFlightLoadProducerName.
 * Source: pkg/epp/framework/plugins/scheduling/filter/prefixcacheaffinity of llm-d-router at ebab6879.
 */
export const prefixCacheAffinityFilter = definePlugin({
  type: 'prefix-cache-affinity-filter',
  roles: ['filter'],
  maturity: 'beta',
  parameters: readParameters,
  data: ({ prefix, latency, inFlight, maxPenalty, predicted }) => ({
    requires: maxPenalty > 0 ? [prefix, predicted ? latency : inFlight] : [prefix],
  }),
  create: createAffinityFilter,
});

type AffinityParameters = ReturnType<typeof readParameters>;

function readParameters(reader: ParameterReader) {
  const threshold = reader.float('affinityThreshold', 0.8);
  const exploration = reader.float('explorationProbability', 0);
  const maxPenalty = reader.float('maxTTFTPenaltyMs', 18000);
  const source = reader.string('ttftSource', 'prefillThroughput');
  const throughput = reader.float('peakPrefillThroughput', 15928);
  if (threshold > 1) reader.refuse('affinityThreshold', 'must be at most 1');
  if (!(exploration >= 0 && exploration <= 1)) reader.refuse('explorationProbability', 'must be within 0..1');
  if (maxPenalty < 0) reader.refuse('maxTTFTPenaltyMs', 'must not be negative');
  if (source !== 'prefillThroughput' && source !== 'latencyPredictor')
    reader.refuse('ttftSource', 'must be prefillThroughput or latencyPredictor');
  const predicted = source === 'latencyPredictor';
  if (throughput < 0) reader.refuse('peakPrefillThroughput', 'must not be negative');
  else if (!predicted && maxPenalty > 0 && throughput === 0)
    reader.refuse('peakPrefillThroughput', 'must be above 0');
  return {
    threshold,
    exploration,
    maxPenalty,
    predicted,
    throughput,
    prefix: prefixMatchData(reader.string('prefixMatchInfoProducerName') || undefined),
    latency: latencyData(reader.string('latencyPredictionInfoProducerName') || undefined),
    inFlight: inFlightData(reader.string('inFlightLoadProducerName') || undefined),
  };
}

function createAffinityFilter(parameters: AffinityParameters, context: PluginContext): Filter {
  const { threshold, exploration, maxPenalty, predicted, throughput } = parameters;
  const match = context.key<PrefixMatch>(parameters.prefix);
  const latency = context.key<LatencyPrediction>(parameters.latency);
  const load = context.key<InFlightLoad>(parameters.inFlight);
  const random = context.random();
  const ttftOf = (state: RequestState, endpoint: Endpoint): number =>
    predicted
      ? (state.read(latency, endpoint)?.ttft ?? Number.MAX_VALUE)
      : ((state.read(load, endpoint)?.tokens ?? 0) / throughput) * 1000;
  return {
    type: 'prefix-cache-affinity-filter',
    name: context.name,
    filter(state, endpoints) {
      if (endpoints.length <= 1 || threshold <= 0) return endpoints;
      if (exploration > 0 && random.uniform() < exploration) return endpoints;
      const sticky: Endpoint[] = [];
      let stickyTtft = Number.MAX_VALUE;
      let otherTtft = Number.MAX_VALUE;
      for (let i = 0; i < endpoints.length; i++) {
        const endpoint = endpoints[i];
        if (endpoint === undefined) continue;
        const info = state.read(match, endpoint);
        const share = info === undefined || info.totalBlocks <= 0 ? 0 : info.matchBlocks / info.totalBlocks;
        const ttft = ttftOf(state, endpoint);
        if (share >= threshold) {
          sticky.push(endpoint);
          if (ttft < stickyTtft) stickyTtft = ttft;
        } else if (ttft < otherTtft) otherTtft = ttft;
      }
      if (sticky.length === 0 || sticky.length === endpoints.length) return endpoints;
      if (maxPenalty > 0 && stickyTtft - otherTtft > maxPenalty) return endpoints;
      return sticky;
    },
  };
}
