import type { Blocks, Tokens } from '../../../base/units.ts';
import { APPROX_PRODUCER, prefixMatchData, tokenizedPromptData, type PrefixMatch } from '../../attributes.ts';
import type { ParameterReader } from '../../config/parameter-reader.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { EndpointListener, Inspectable, PreRequest, Producer } from '../../plugin.ts';
import { MOST_EXCEPTIONS, Shared } from '../../request-state.ts';
import { ApproxPrefixIndex } from '../../prefix-index/approx-prefix-index.ts';
import type { BlockRun } from '../../prefix-index/block-run.ts';

const DEFAULT_BLOCK_TOKENS = 16;
/** Smaller blocks would make upstream's index too large, whatever is configured. */
const SMALLEST_BLOCK_TOKENS = 64;
const DEFAULT_CAPACITY = 31250;
/** Hard-coded upstream, whatever the handler calls its profiles. */
const PREFILL = 'prefill';

/*
 * approx-prefix-cache-producer: guesses from its own past decisions which endpoint holds how much of a prompt.
 * Block size = max(64, autoTune and candidates[0] reports one ? that : blockSizeTokens). Per prompt the first
 * floor(maxPrefixTokensToMatch / block size) blocks count, a partial last one included; matched are those of the walk up to
 * the first block that nobody holds. The commit enters all of them for the primary target and for the target of the
 * profile named `prefill`. An endpoint's capacity, set when it is first entered: autoTune and it reports KV blocks ? their
 * number : lruCapacityPerServer. Nothing is taken back when a request fails or an engine evicts.
 * Inputs: TokenizedPrompt, model and cache salt (in the prompt's keys), Metrics.blockSize, numBlocks. Produces
 * PrefixCacheMatchInfo for every candidate. Parameters: autoTune (true), blockSizeTokens (16), blockSize (deprecated, for
 * blockSizeTokens), maxPrefixTokensToMatch (131072), maxPrefixBlocksToMatch (2048, deprecated, used where the former is 0;
 * both 0 = no limit), lruCapacityPerServer (31250; 0 and below mean that).
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/approximateprefix of llm-d-router at ebab6879.
 */
export const approxPrefixCacheProducer = definePlugin<ApproxParameters>({
  type: APPROX_PRODUCER,
  roles: ['producer', 'pre-request'],
  maturity: 'beta',
  parameters: readApproxParameters,
  data: (_, name) => ({ requires: [tokenizedPromptData()], produces: [prefixMatchData(name)] }),
  create: createApproxProducer,
});

interface ApproxParameters {
  readonly autoTune: boolean;
  readonly blockTokens: Tokens;
  readonly maxTokens: Tokens;
  readonly maxBlocks: Blocks;
  readonly capacity: Blocks;
}

export function readApproxParameters(reader: ParameterReader): ApproxParameters {
  const autoTune = reader.bool('autoTune', true);
  const given = reader.int('blockSizeTokens', DEFAULT_BLOCK_TOKENS);
  const deprecated = reader.int('blockSize', 0);
  const blockTokens = deprecated > 0 && given === DEFAULT_BLOCK_TOKENS ? deprecated : given;
  const maxTokens = reader.int('maxPrefixTokensToMatch', 131072);
  const capacity = reader.int('lruCapacityPerServer', DEFAULT_CAPACITY);
  if (!autoTune && blockTokens <= 0) reader.refuse('blockSizeTokens', 'must be above 0 when autoTune is off');
  if (maxTokens < 0) reader.refuse('maxPrefixTokensToMatch', 'must not be negative');
  return {
    autoTune,
    blockTokens,
    maxTokens,
    maxBlocks: reader.int('maxPrefixBlocksToMatch', 2048),
    capacity: capacity > 0 ? capacity : DEFAULT_CAPACITY,
  };
}

function createApproxProducer(
  { autoTune, blockTokens, maxTokens, maxBlocks, capacity }: ApproxParameters,
  context: PluginContext,
): Producer & PreRequest & EndpointListener & Inspectable {
  const index = new ApproxPrefixIndex();
  const matchKey = context.key<PrefixMatch>(prefixMatchData(context.name));
  const runsKey = context.key<readonly BlockRun[][]>(`prefix-runs/${context.name}`);
  let counts = new Int32Array(64);
  const touched: number[] = [];

  const blockSizeFor = (endpoints: readonly Endpoint[]): Tokens => {
    const reported = autoTune ? (endpoints[0]?.metrics.blockSize ?? 0) : 0;
    return Math.max(SMALLEST_BLOCK_TOKENS, reported > 0 ? reported : blockTokens);
  };
  const limitFor = (blockSize: Tokens): Blocks => {
    if (maxTokens > 0) return Math.floor(maxTokens / blockSize);
    return maxBlocks === 0 ? Infinity : Math.max(0, maxBlocks);
  };
  const capacityOf = ({ metrics }: Endpoint): Blocks =>
    autoTune && metrics.numBlocks > 0 ? metrics.numBlocks : capacity;

  return {
    type: APPROX_PRODUCER,
    name: context.name,
    produce(state) {
      const { candidates } = state;
      const blockSize = blockSizeFor(candidates);
      const limit = limitFor(blockSize);
      const prompts = (state.prompts ?? []).map((prompt) => index.spaces.runs(prompt, blockSize, limit));
      state.set(runsKey, prompts);
      let total = 0;
      for (const runs of prompts) {
        for (const { from, to } of runs) total += to - from;
        index.match(runs, counts, touched);
      }
      // What all hold, a system prompt for example, is what most of them hold.
      const rest = touched.length > MOST_EXCEPTIONS ? fewest(candidates, counts) : 0;
      const exceptions = touched.filter((endpoint) => counts[endpoint] !== rest);
      if (exceptions.length > MOST_EXCEPTIONS) {
        const column = state.column(matchKey);
        let last = matchOf(rest, total, blockSize);
        for (let i = 0; i < candidates.length; i++) {
          const endpoint = candidates[i];
          if (endpoint === undefined) continue;
          const matched = counts[endpoint.index] ?? 0;
          if (matched !== last.matchBlocks) last = matchOf(matched, total, blockSize);
          column[endpoint.index] = last;
        }
      } else {
        const values = exceptions.map((endpoint) => matchOf(counts[endpoint] ?? 0, total, blockSize));
        state.share(matchKey, new Shared(matchOf(rest, total, blockSize), exceptions, values));
      }
      for (const endpoint of touched) counts[endpoint] = 0;
      touched.length = 0;
      return undefined;
    },
    preRequest(state) {
      const prompts = state.get(runsKey);
      const primary = state.primary === undefined ? undefined : state.result(state.primary)?.targets[0];
      state.set(runsKey, undefined);
      if (prompts === undefined || primary === undefined) return;
      const prefill = state.result(PREFILL)?.targets[0];
      for (const target of [primary, prefill]) {
        if (target === undefined) continue;
        for (const runs of prompts) index.add(runs, target.endpoint.index, capacityOf(target.endpoint));
      }
    },
    endpointAdded(endpoint) {
      if (endpoint.index < counts.length) return;
      const longer = new Int32Array(endpoint.index * 2 + 1);
      longer.set(counts);
      counts = longer;
    },
    forget: (endpoint) => index.remove(endpoint),
    inspect: () => ({
      blocksOf: (endpoint: number) => index.blocksOf(endpoint),
      buckets: index.spaces.size,
    }),
  };
}

function matchOf(matchBlocks: Blocks, totalBlocks: Blocks, blockSizeTokens: Tokens): PrefixMatch {
  return { matchBlocks, totalBlocks, blockSizeTokens, cachedBlocks: matchBlocks };
}

function fewest(endpoints: readonly Endpoint[], counts: Int32Array): Blocks {
  let least = Infinity;
  for (let i = 0; i < endpoints.length; i++) {
    const count = counts[endpoints[i]?.index ?? 0] ?? 0;
    if (count < least) least = count;
  }
  return least;
}
