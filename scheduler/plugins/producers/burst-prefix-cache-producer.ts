import type { Blocks, Seconds, Tokens } from '../../../base/units.ts';
import { prefixMatchData, tokenizedPromptData, type PrefixMatch } from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { Holder, Producer } from '../../plugin.ts';
import { ApproxPrefixIndex } from '../../prefix-index/approx-prefix-index.ts';
import type { RequestState } from '../../request-state.ts';
import { assignBurst, countBlocks, type BurstMember, type BurstRules } from './burst-assignment.ts';

const TYPE = 'burst-prefix-cache-producer';
const DEFAULT_MAX_BLOCKS = 2048;
const LONGEST_WINDOW_MS = 10_000;

/*
 * burst-prefix-cache-producer: keeps requests back until windowDurationMs after the first of a burst and then places those
 * with the same prompt together (burst-assignment.ts says how). The endpoint that a request was placed on counts as one that
 * holds all of its blocks, the others as holding none; a request that was not placed matches nowhere. A request that
 * finds maxBatchSize others in the burst goes on at once, and producers after this one do not run for it.
 * Inputs: TokenizedPrompt, Metrics.running. Produces PrefixCacheMatchInfo. Parameters: windowDurationMs (100, above 0, at most
 * 10000), maxPerReplica (-1 = no limit, or above 0), blockSizeTokens (64), maxPrefixTokensToMatch (0 = 2048 blocks, or at
 * least a block), minColocateBlocks (0), maxBatchSize (1000; -1 = no limit), balanceBy (requests | tokens).
 * Here a request is kept back between admission and producing, so that data of other producers are not older than it.
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/burstprefix of llm-d-router at ebab6879.
 */
export const burstPrefixCacheProducer = definePlugin({
  type: TYPE,
  roles: ['producer'],
  maturity: 'alpha',
  parameters: readParameters,
  data: (_, name) => ({ requires: [tokenizedPromptData()], produces: [prefixMatchData(name)] }),
  create: createBurstProducer,
});

interface BurstParameters extends BurstRules {
  readonly window: Seconds;
  readonly blockTokens: Tokens;
  readonly maxBlocks: Blocks;
  readonly maxBatch: number;
}

function readParameters(reader: ParameterReader): BurstParameters {
  const windowMs = reader.int('windowDurationMs', 100);
  if (windowMs <= 0 || windowMs > LONGEST_WINDOW_MS)
    reader.refuse('windowDurationMs', `must be above 0 and at most ${LONGEST_WINDOW_MS}`);
  const blockTokens = reader.int('blockSizeTokens', 64);
  if (blockTokens <= 0) reader.refuse('blockSizeTokens', 'must be above 0');
  const maxTokens = reader.int('maxPrefixTokensToMatch', 0);
  if (maxTokens < 0 || (maxTokens > 0 && maxTokens < blockTokens))
    reader.refuse('maxPrefixTokensToMatch', 'must be 0 or at least blockSizeTokens');
  const minColocateBlocks = reader.int('minColocateBlocks', 0);
  if (minColocateBlocks < 0) reader.refuse('minColocateBlocks', 'must not be negative');
  const balanceBy = reader.string('balanceBy') || 'requests';
  if (balanceBy !== 'requests' && balanceBy !== 'tokens')
    reader.refuse('balanceBy', 'must be requests or tokens');
  return {
    window: windowMs / 1000,
    blockTokens,
    maxBlocks: maxTokens > 0 ? Math.floor(maxTokens / blockTokens) : DEFAULT_MAX_BLOCKS,
    maxPerReplica: readLimit(reader, 'maxPerReplica', -1),
    maxBatch: readLimit(reader, 'maxBatchSize', 1000),
    minColocateBlocks,
    byTokens: balanceBy === 'tokens',
  };
}

/** -1 = no limit. */
function readLimit(reader: ParameterReader, key: string, fallback: number): number {
  const limit = reader.int(key, fallback);
  if (limit < -1 || limit === 0) reader.refuse(key, 'must be -1 or above 0');
  return limit === -1 ? Infinity : limit;
}

/** What a window has collected. */
interface Burst {
  readonly until: Seconds;
  readonly states: RequestState[];
  /** Those that the first request with a prompt could have gone to. */
  replicas: readonly Endpoint[] | undefined;
}

function createBurstProducer(parameters: BurstParameters, context: PluginContext): Producer & Holder {
  const { window, blockTokens, maxBlocks, maxBatch } = parameters;
  const matchKey = context.key<PrefixMatch>(prefixMatchData(context.name));
  const memberKey = context.key<BurstMember>(`burst-member/${context.name}`);
  let burst: Burst | undefined;

  const place = ({ states, replicas }: Burst): void => {
    const index = new ApproxPrefixIndex();
    const members = states.map((state): BurstMember => {
      const prompts = (state.request.prompts ?? []).map((prompt) =>
        index.spaces.runs(prompt, blockTokens, maxBlocks),
      );
      const member = { prompts, assigned: undefined };
      state.set(memberKey, member);
      return member;
    });
    assignBurst(members, replicas ?? [], parameters, index);
  };

  return {
    type: TYPE,
    name: context.name,
    hold(state, now) {
      burst ??= { until: now + window, states: [], replicas: undefined };
      if (burst.states.length >= maxBatch) return false;
      burst.states.push(state);
      const isEmpty = (state.request.prompts ?? []).every(({ length }) => length === 0);
      if (!isEmpty) burst.replicas ??= context.endpoints();
      return true;
    },
    release(now, released) {
      if (burst === undefined) return Infinity;
      if (now < burst.until) return burst.until;
      place(burst);
      released.push(...burst.states);
      burst = undefined;
      return Infinity;
    },
    produce(state) {
      const member = state.get(memberKey);
      if (member === undefined) return `the burst is full: ${maxBatch} requests`;
      const totalBlocks = countBlocks(member.prompts);
      const column = state.column(matchKey);
      for (const endpoint of state.candidates) {
        const matchBlocks = endpoint.id === member.assigned?.id ? totalBlocks : 0;
        column[endpoint.index] = {
          matchBlocks,
          totalBlocks,
          blockSizeTokens: blockTokens,
          cachedBlocks: matchBlocks,
        };
      }
      return undefined;
    },
  };
}
