import { inFlightData, type InFlightLoad } from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { Filter, SaturationDetector } from '../../plugin.ts';

type ConcurrencyParameters = ReturnType<typeof readParameters>;

/*
 * concurrency-detector: saturation = in flight / capacity, summed over the endpoints; in mode hybrid the mean over
 * endpoints of the larger ratio of requests and tokens; an empty fleet is saturated (1).
 * As a filter it keeps endpoints with less in flight than trunc(capacity (1 + headroom)), also when none is left.
 * Inputs: InFlightLoad (missing = 0). Parameters: maxConcurrency 100 (> 0), maxTokenConcurrency 1,000,000 (> 0),
 * concurrencyMode requests | tokens | hybrid, headroom 0 (>= 0), inFlightLoadProducerName.
 * Source: pkg/epp/framework/plugins/flowcontrol/saturationdetector/concurrency of llm-d-router at ebab6879.
 */
export const concurrencyDetector = definePlugin({
  type: 'concurrency-detector',
  roles: ['detector', 'filter'],
  maturity: 'beta',
  parameters: readParameters,
  data: ({ producer }) => ({ requires: [inFlightData(producer)] }),
  create: createDetector,
});

function readParameters(reader: ParameterReader) {
  const requests = reader.int('maxConcurrency', 100);
  const tokens = reader.int('maxTokenConcurrency', 1_000_000);
  const mode = reader.string('concurrencyMode', 'requests');
  const headroom = reader.float('headroom', 0);
  if (requests <= 0) reader.refuse('maxConcurrency', 'must be positive');
  if (tokens <= 0) reader.refuse('maxTokenConcurrency', 'must be positive');
  if (!['requests', 'tokens', 'hybrid'].includes(mode))
    reader.refuse('concurrencyMode', `must be requests, tokens or hybrid, not ${mode}`);
  if (headroom < 0) reader.refuse('headroom', 'must not be negative');
  return {
    requests,
    tokens,
    mode,
    headroom,
    producer: reader.string('inFlightLoadProducerName') || undefined,
  };
}

function createDetector(
  { requests, tokens, mode, headroom, producer }: ConcurrencyParameters,
  context: PluginContext,
): Filter & SaturationDetector {
  const { slot } = context.key<InFlightLoad>(inFlightData(producer));
  const loadOf = ({ attributes }: Endpoint): InFlightLoad =>
    (attributes[slot] as InFlightLoad | undefined) ?? NO_LOAD;
  const mostRequests = mode === 'tokens' ? Infinity : Math.trunc(requests * (1 + headroom));
  const mostTokens = mode === 'tokens' || mode === 'hybrid' ? Math.trunc(tokens * (1 + headroom)) : Infinity;
  return {
    type: 'concurrency-detector',
    name: context.name,
    saturation(endpoints) {
      if (endpoints.length === 0) return 1;
      let sum = 0;
      for (const endpoint of endpoints) {
        const load = loadOf(endpoint);
        if (mode === 'hybrid') sum += Math.max(load.requests / requests, load.tokens / tokens);
        else sum += mode === 'tokens' ? load.tokens : load.requests;
      }
      if (mode === 'hybrid') return sum / endpoints.length;
      return sum / (endpoints.length * (mode === 'tokens' ? tokens : requests));
    },
    filter: (_, endpoints) =>
      endpoints.filter((endpoint) => {
        const load = loadOf(endpoint);
        return load.requests < mostRequests && load.tokens < mostTokens;
      }),
  };
}

const NO_LOAD: InFlightLoad = { requests: 0, tokens: 0 };
