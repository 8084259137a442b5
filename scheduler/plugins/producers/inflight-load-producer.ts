import type { Tokens } from '../../../base/units.ts';
import {
  IN_FLIGHT_PRODUCER,
  inFlightData,
  prefixMatchData,
  tokenizedPromptData,
  uncachedTokensData,
  type InFlightLoad,
  type PrefixMatch,
} from '../../attributes.ts';
import { definePlugin, type PluginContext } from '../../plugin-type.ts';
import type { EndpointListener, Inspectable, PreRequest, Producer, ResponseBody } from '../../plugin.ts';
import { Shared, type RequestState } from '../../request-state.ts';

interface InFlightParameters {
  readonly estimateOutput: boolean;
  readonly outputRatio: number;
  readonly maxEstimated: Tokens | undefined;
  readonly prefix: string;
}

/** What a request has added to an endpoint's counters, on behalf of one profile. */
interface Entry {
  readonly profile: string;
  /** The counters that it was added to; those of an endpoint that came back are others. */
  readonly load: InFlightLoad;
  requests: number;
  tokens: Tokens;
}

/** Hard-coded upstream, whatever the handler calls its profiles. */
const PREFILL = 'prefill';

/*
 * inflight-load-producer: requests and tokens that the router has sent to each endpoint and not seen end.
 * Tokens of a request on an endpoint = max(0, blocks - matched blocks) * block size + max(0, input tokens - blocks * block
 * size), or all input tokens where nothing is known of its prefix there; with addEstimatedOutputTokens also min(round(input
 * tokens * outputRatio), the client's limit, maxEstimatedOutputTokens).
 * The commit adds 1 request and these tokens for the first target of every profile; the first chunk takes back the tokens
 * (without an output estimate) and all of profile `prefill`; the end the rest. Counters never go below 0.
 * Inputs: TokenizedPrompt, PrefixCacheMatchInfo if it is there. Produces InFlightLoad (live) and UncachedRequestTokens (of
 * this request; hits count only where the prefix producer ran before, which nothing ensures upstream). Parameters:
 * addEstimatedOutputTokens (false), outputRatio (1.5), maxEstimatedOutputTokens (none), prefixMatchInfoProducerName,
 * syncCrossReplicaState (true; replicas share state only if the host makes them).
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/inflightload of llm-d-router at ebab6879. Its sweep of
 * requests that never end has no counterpart: hosts end every request.
 */
export const inflightLoadProducer = definePlugin<InFlightParameters>({
  type: IN_FLIGHT_PRODUCER,
  roles: ['producer', 'pre-request'],
  maturity: 'beta',
  bringsSource: true,
  parameters: (reader) => {
    const outputRatio = reader.float('outputRatio', 1.5);
    const maxEstimated = reader.int('maxEstimatedOutputTokens');
    if (outputRatio < 0) reader.refuse('outputRatio', 'must not be negative');
    if (maxEstimated !== undefined && maxEstimated < 0)
      reader.refuse('maxEstimatedOutputTokens', 'must not be negative');
    reader.bool('syncCrossReplicaState');
    return {
      estimateOutput: reader.bool('addEstimatedOutputTokens', false),
      outputRatio,
      maxEstimated,
      prefix: prefixMatchData(reader.string('prefixMatchInfoProducerName') || undefined),
    };
  },
  data: ({ prefix }, name) => ({
    requires: [tokenizedPromptData()],
    optional: [prefix],
    produces: [inFlightData(name), uncachedTokensData(name)],
  }),
  create: createInFlightProducer,
});

function createInFlightProducer(
  { estimateOutput, outputRatio, maxEstimated, prefix }: InFlightParameters,
  context: PluginContext,
): Producer & PreRequest & ResponseBody & EndpointListener & Inspectable {
  const loadKey = context.key<InFlightLoad>(inFlightData(context.name));
  const uncachedKey = context.key<Tokens>(uncachedTokensData(context.name));
  const matchKey = context.key<PrefixMatch>(prefix);
  const entriesKey = context.key<Entry[]>(`in-flight-entries/${context.name}`);
  /** Counters of the endpoints that are present, by index. */
  const loads: (InFlightLoad | undefined)[] = [];

  const outputOf = ({ request, inputTokens }: RequestState): Tokens =>
    estimateOutput
      ? Math.min(
          Math.round(inputTokens * outputRatio),
          request.maxOutputTokens ?? Infinity,
          maxEstimated ?? Infinity,
        )
      : 0;
  const tokensOn = (state: RequestState, match: PrefixMatch | undefined, output: Tokens): Tokens => {
    const { inputTokens } = state;
    if (match === undefined || match.blockSizeTokens <= 0) return inputTokens + output;
    const { matchBlocks, totalBlocks, blockSizeTokens } = match;
    const uncached = Math.max(0, (totalBlocks - matchBlocks) * blockSizeTokens);
    return uncached + Math.max(0, inputTokens - totalBlocks * blockSizeTokens) + output;
  };
  const release = (entry: Entry): void => {
    releaseTokens(entry);
    entry.load.requests = Math.max(0, entry.load.requests - entry.requests);
    entry.requests = 0;
  };

  return {
    type: IN_FLIGHT_PRODUCER,
    name: context.name,
    produce(state) {
      const { candidates } = state;
      const output = outputOf(state);
      const shared = state.sharedUnder(matchKey);
      if (shared !== undefined) {
        state.share(
          uncachedKey,
          new Shared(
            tokensOn(state, shared.rest, output),
            shared.endpoints,
            shared.values.map((match) => tokensOn(state, match, output)),
          ),
        );
        return undefined;
      }
      const column = state.column(uncachedKey);
      for (let i = 0; i < candidates.length; i++) {
        const endpoint = candidates[i];
        if (endpoint !== undefined)
          column[endpoint.index] = tokensOn(state, state.read(matchKey, endpoint), output);
      }
      return undefined;
    },
    preRequest(state) {
      const entries: Entry[] = [];
      const output = outputOf(state);
      for (const { name, targets } of state.results) {
        const [target] = targets;
        if (target === undefined) continue;
        const match = target.rewritten ? undefined : state.read(matchKey, target.endpoint);
        const tokens = tokensOn(state, match, output);
        const load = loads[target.endpoint.index];
        // An endpoint that left since the decision has no counters any more.
        if (load === undefined) continue;
        load.requests += 1;
        load.tokens += tokens;
        entries.push({ profile: name, load, requests: 1, tokens });
      }
      state.set(entriesKey, entries);
    },
    firstChunk(state) {
      for (const entry of state.get(entriesKey) ?? []) {
        if (entry.profile === PREFILL) release(entry);
        else if (!estimateOutput) releaseTokens(entry);
      }
    },
    end(state) {
      for (const entry of state.get(entriesKey) ?? []) release(entry);
      state.set(entriesKey, undefined);
    },
    endpointAdded(endpoint) {
      const load = { requests: 0, tokens: 0 };
      loads[endpoint.index] = load;
      endpoint.attributes[loadKey.slot] = load;
    },
    endpointRemoved(endpoint) {
      loads[endpoint.index] = undefined;
    },
    inspect: () => loads,
  };
}

function releaseTokens(entry: Entry): void {
  entry.load.tokens = Math.max(0, entry.load.tokens - entry.tokens);
  entry.tokens = 0;
}
