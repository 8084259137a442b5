import { PRECISE_PRODUCER, prefixMatchData, tokenizedPromptData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import { PrecisePrefixCache } from './precise-prefix-cache.ts';
import { readPreciseParameters } from './precise-parameters.ts';

/*
 * precise-prefix-cache-producer: how much of a prompt's beginning each endpoint holds, from the engines' KV events. Only
 * whole blocks count. matchBlocks = trunc(sum over the leading blocks that the endpoint holds of the weight of the best
 * tier); cachedBlocks = their number; cachedBlocksByTier = leading blocks within one tier. Prompts without a whole block
 * are passed over; without any, nothing is written.
 * Inputs: TokenizedPrompt, KV events. Produces PrefixCacheMatchInfo under its own name.
 * Parameters: tokenProcessorConfig {blockSizeTokens 16, hashSeed, hashAlgorithm cbor-fnv | xxh64 (both equal here)},
 * indexerConfig {kvBlockIndexConfig {inMemoryConfig {size 1e8, podCacheSize 10}}, kvCacheBackendConfigs gpu 1, cpu 0.8},
 * kvEventsConfig (transport), speculativeIndexing false, speculativeTTL 2s.
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/preciseprefixcache of llm-d-router at ebab6879.
 */
export const precisePrefixCacheProducer = definePlugin({
  type: PRECISE_PRODUCER,
  roles: ['producer', 'pre-request', 'extractor'],
  maturity: 'beta',
  parameters: readPreciseParameters,
  data: (_, name) => ({ requires: [tokenizedPromptData()], produces: [prefixMatchData(name)] }),
  create: (parameters, context) => new PrecisePrefixCache(PRECISE_PRODUCER, parameters, context),
});
