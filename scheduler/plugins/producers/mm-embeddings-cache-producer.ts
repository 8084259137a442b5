import {
  ENCODER_PRODUCER,
  encoderMatchData,
  tokenizedPromptData,
  type EncoderItem,
  type EncoderMatch,
} from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { EndpointListener, PreRequest, Producer } from '../../plugin.ts';
import { LruSet } from '../lru-set.ts';

const DEFAULT_MEBIBYTES = 4096;
/** Memory that upstream assumes for the encoder output of one item. */
const MEBIBYTES_PER_ITEM = 2;

/*
 * mm-embeddings-cache-producer: guesses from its own past decisions which endpoint holds the encoder output of which images:
 * those of the requests that were sent there, least recently used out. Every item has the size 1.
 * Inputs: the multimodal features of the tokenised prompts. Produces MultiModalEncoderCacheMatchInfo for requests that have
 * any. Parameters: cacheSizeInMBPerServer (4096; 0 and below mean that; 2 MiB per item), encodeProfile (of no effect here).
 * Source: pkg/epp/framework/plugins/requestcontrol/dataproducer/multimodal of llm-d-router at ebab6879.
 */
export const mmEmbeddingsCacheProducer = definePlugin({
  type: ENCODER_PRODUCER,
  roles: ['producer', 'pre-request'],
  maturity: 'beta',
  parameters: (reader) => {
    const mebibytes = reader.int('cacheSizeInMBPerServer', 0);
    return Math.max(1, Math.floor((mebibytes > 0 ? mebibytes : DEFAULT_MEBIBYTES) / MEBIBYTES_PER_ITEM));
  },
  data: (_, name) => ({ requires: [tokenizedPromptData()], produces: [encoderMatchData(name)] }),
  create: (capacity, context): Producer & PreRequest & EndpointListener => {
    const key = context.key<EncoderMatch>(encoderMatchData(context.name));
    /** By endpoint index. */
    const held: (LruSet | undefined)[] = [];
    return {
      type: ENCODER_PRODUCER,
      name: context.name,
      produce(state) {
        const hashes =
          state.prompts === undefined ? [] : (state.request.features ?? []).map(({ hash }) => hash);
        if (hashes.length === 0) return undefined;
        const request = [...new Set(hashes)].map((hash): EncoderItem => ({ hash, size: 1 }));
        const column = state.column(key);
        for (const { index } of state.candidates) {
          const matched = request.filter(({ hash }) => held[index]?.has(hash) === true);
          column[index] = { matched, request };
        }
        return undefined;
      },
      preRequest(state) {
        const target = state.primary === undefined ? undefined : state.result(state.primary)?.targets[0];
        if (target === undefined) return;
        const { index } = target.endpoint;
        const items = state.read(key, target.endpoint)?.request ?? [];
        for (const { hash } of items) (held[index] ??= new LruSet(capacity)).add(hash);
      },
      endpointRemoved({ index }) {
        held[index] = undefined;
      },
      forget(index) {
        held[index] = undefined;
      },
    };
  },
});
