import { prefixMatchData, tokenizedPromptData } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';

/*
 * burst-prefix-cache-producer: holds requests back for a window and places those with the same prompt together.
 * Parameters: windowDurationMs (100, above 0), maxPerReplica (-1 = no limit), blockSizeTokens (64), maxPrefixTokensToMatch
 * (0), minColocateBlocks (0), maxBatchSize (1000; -1 = no limit), balanceBy (requests | tokens).
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/burstprefix of llm-d-router at ebab6879.
 */
export const burstPrefixCacheProducer = definePlugin({
  type: 'burst-prefix-cache-producer',
  roles: ['producer'],
  maturity: 'alpha',
  unverified: true,
  notSimulated:
    'it holds requests back for a window while data are produced, and producing is one instant here',
  parameters: (reader) => {
    if (reader.int('windowDurationMs', 100) <= 0) reader.refuse('windowDurationMs', 'must be above 0');
    const maxPerReplica = reader.int('maxPerReplica', -1);
    if (maxPerReplica < -1 || maxPerReplica === 0) reader.refuse('maxPerReplica', 'must be -1 or above 0');
    if (reader.int('blockSizeTokens', 64) <= 0) reader.refuse('blockSizeTokens', 'must be above 0');
    if (reader.int('maxPrefixTokensToMatch', 0) < 0)
      reader.refuse('maxPrefixTokensToMatch', 'must not be negative');
    if (reader.int('minColocateBlocks', 0) < 0) reader.refuse('minColocateBlocks', 'must not be negative');
    const maxBatchSize = reader.int('maxBatchSize', 1000);
    if (maxBatchSize < -1 || maxBatchSize === 0) reader.refuse('maxBatchSize', 'must be -1 or above 0');
    const balanceBy = reader.string('balanceBy') || 'requests';
    if (balanceBy !== 'requests' && balanceBy !== 'tokens')
      reader.refuse('balanceBy', 'must be requests or tokens');
  },
  data: (_, name) => ({ requires: [tokenizedPromptData()], produces: [prefixMatchData(name)] }),
});
