import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { EndpointListener, Inspectable, PreRequest, Scorer } from '../../plugin.ts';

interface NoHitLruParameters {
  readonly capacity: number;
  readonly producer: string | undefined;
}

const DEFAULT_CAPACITY = 1024;
/** Hard-coded upstream, whatever the handler calls its profiles. */
const PREFILL = 'prefill';

/*
 * no-hit-lru-scorer: spreads requests that hit nothing. 0.5 for all when any endpoint has a match. Else, for N endpoints:
 * 1 when N = 1; an endpoint that was never used for such a request: 1 - i / (N - 1), i counting those in candidate order;
 * a used one: max(0, 1 - rank / (N - 1)), rank = number of the never used + position in the list of all used
 * endpoints, least recent first (also those that are no candidates).
 * State: the commit of such a request makes the primary target, then the target of the profile named `prefill`, the most
 * recently used. Inputs: PrefixCacheMatchInfo. Parameters: lruSize (1024; 0 and below mean that),
 * prefixMatchInfoProducerName, prefixPluginType and prefixPluginName (deprecated: of no effect).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/nohitlru of llm-d-router at ebab6879.
 */
export const noHitLruScorer = definePlugin<NoHitLruParameters>({
  type: 'no-hit-lru-scorer',
  roles: ['scorer', 'pre-request'],
  maturity: 'beta',
  parameters: (reader) => {
    reader.string('prefixPluginType');
    reader.string('prefixPluginName');
    const capacity = reader.int('lruSize', DEFAULT_CAPACITY);
    return {
      capacity: capacity > 0 ? capacity : DEFAULT_CAPACITY,
      producer: reader.string('prefixMatchInfoProducerName') || undefined,
    };
  },
  data: ({ producer }) => ({ requires: [prefixMatchData(producer)] }),
  create: createNoHitLru,
});

function createNoHitLru(
  { capacity, producer }: NoHitLruParameters,
  context: PluginContext,
): Scorer & PreRequest & EndpointListener & Inspectable {
  const match = context.key<PrefixMatch>(prefixMatchData(producer));
  const cold = context.key<boolean>(`cold/${context.name}`);
  /** Indexes of used endpoints, least recent first; as long as the fleet at most, so that searching it is cheap. */
  const used: number[] = [];
  /** By endpoint index: 1 + position in `used`, 0 = not there; between scores all 0. */
  const ranks: number[] = [];
  const rankOf = (endpoint: Endpoint | undefined): number => ranks[endpoint?.index ?? -1] ?? 0;
  const use = (index: number): void => {
    const position = used.indexOf(index);
    if (position >= 0) used.splice(position, 1);
    used.push(index);
    if (used.length > capacity) used.shift();
  };
  return {
    type: 'no-hit-lru-scorer',
    name: context.name,
    score(state, endpoints, scores) {
      const isCold = !endpoints.some((endpoint) => (state.read(match, endpoint)?.matchBlocks ?? 0) > 0);
      state.set(cold, isCold);
      const last = endpoints.length - 1;
      if (!isCold || last === 0) {
        scores.fill(isCold ? 1 : 0.5, 0, endpoints.length);
        return;
      }
      for (let position = 0; position < used.length; position++) ranks[used[position] ?? 0] = position + 1;
      let neverUsed = 0;
      for (let i = 0; i < endpoints.length; i++) {
        if (rankOf(endpoints[i]) > 0) continue;
        scores[i] = 1 - neverUsed / last;
        neverUsed++;
      }
      for (let i = 0; i < endpoints.length; i++) {
        const rank = rankOf(endpoints[i]);
        if (rank > 0) scores[i] = Math.max(0, 1 - (neverUsed + rank - 1) / last);
      }
      for (const index of used) ranks[index] = 0;
    },
    preRequest(state) {
      if (state.get(cold) !== true) return;
      const primary = state.primary === undefined ? undefined : state.result(state.primary)?.targets[0];
      if (primary !== undefined) use(primary.endpoint.index);
      const prefill = state.result(PREFILL)?.targets[0];
      if (prefill !== undefined) use(prefill.endpoint.index);
    },
    forget(index) {
      const position = used.indexOf(index);
      if (position >= 0) used.splice(position, 1);
    },
    inspect: () => [...used],
  };
}
