import { prefixMatchData, type PrefixMatch } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { hostPort } from '../../host-port.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { PreRequest, Producer } from '../../plugin.ts';

/** Source: pkg/common/routing/common.go of llm-d-router at ebab6879. */
const SOURCE_HEADER = 'x-kv-cache-source-host-port';

/*
 * p2p-source-producer: names an endpoint from which the one that computes the prompt can fetch its prefix. Among the
 * candidates within one block of the most cached tokens (of the CPU tier, where tiers are known) one is drawn with weight
 * 1 / (1 + waiting), by the hash of the request's id. The commit names it unless it is the computing endpoint (the target of
 * prefillProfileName, else of the primary profile) or holds less than minCachedTokenDelta tokens more.
 * Inputs: PrefixCacheMatchInfo, Metrics.waiting. Parameters: prefixMatchInfoProducerName, minCachedTokenDelta (1, at least
 * 1), prefillProfileName (prefill).
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/p2psource of llm-d-router at ebab6879.
 */
export const p2pSourceProducer = definePlugin({
  type: 'p2p-source-producer',
  roles: ['producer', 'pre-request'],
  maturity: 'alpha',
  parameters: (reader) => {
    const minDelta = reader.int('minCachedTokenDelta', 1);
    if (minDelta < 1) reader.refuse('minCachedTokenDelta', 'must be at least 1');
    return {
      prefix: prefixMatchData(reader.string('prefixMatchInfoProducerName') || undefined),
      minDelta,
      prefillProfile: reader.string('prefillProfileName') || 'prefill',
    };
  },
  data: ({ prefix }) => ({ requires: [prefix], produces: [] }),
  create: ({ prefix, minDelta, prefillProfile }, context): Producer & PreRequest => {
    const match = context.key<PrefixMatch>(prefix);
    const chosen = context.key<{ endpoint: Endpoint; tokens: number }>(`p2p-source/${context.name}`);
    return {
      type: 'p2p-source-producer',
      name: context.name,
      produce(state) {
        const sources = state.candidates.flatMap((endpoint) => {
          const info = state.read(match, endpoint);
          const blocks =
            info?.cachedBlocksByTier === undefined ? info?.cachedBlocks : info.cachedBlocksByTier['cpu'];
          const blockSize = info?.blockSizeTokens ?? 0;
          const tokens = (blocks ?? 0) * blockSize;
          return tokens > 0
            ? [{ endpoint, tokens, blockSize, weight: 1 / (1 + endpoint.metrics.waiting) }]
            : [];
        });
        const most = Math.max(0, ...sources.map(({ tokens }) => tokens));
        const close = sources.filter(({ tokens, blockSize }) => tokens + blockSize >= most);
        let rest = (fnv32a(state.request.id) / 2 ** 32) * close.reduce((sum, { weight }) => sum + weight, 0);
        const source = close.find(({ weight }) => {
          if (rest < weight) return true;
          rest -= weight;
          return false;
        });
        state.set(chosen, source ?? close.at(-1));
        return undefined;
      },
      preRequest(state, headers) {
        headers.set(SOURCE_HEADER, undefined);
        const source = state.get(chosen);
        const computing = [prefillProfile, state.primary ?? '']
          .map((profile) => state.result(profile)?.targets[0])
          .find((target) => target !== undefined);
        if (source === undefined || computing === undefined || computing.endpoint === source.endpoint) return;
        const info = computing.rewritten ? undefined : state.read(match, computing.endpoint);
        const own = (info?.cachedBlocks ?? 0) * (info?.blockSizeTokens ?? 0);
        if (source.tokens - own < minDelta) return;
        headers.set(SOURCE_HEADER, hostPort(source.endpoint.address, source.endpoint.port));
      },
    };
  },
});

/** FNV-1a, 32 bits, of the text's UTF-8 bytes. Source: hash/fnv of the Go standard library. */
function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
