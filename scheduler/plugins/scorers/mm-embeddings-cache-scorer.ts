import { encoderMatchData, type EncoderItem, type EncoderMatch } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';

/*
 * mm-embeddings-cache-scorer: size of the request's multimodal items whose encoder output the endpoint is believed to
 * hold, over the size of all of them; 0 where there are none.
 * Inputs: MultiModalEncoderCacheMatchInfo. Parameters: producerName (mm-embeddings-cache-producer).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/mmcacheaffinity of llm-d-router at ebab6879.
 */
export const mmEmbeddingsCacheScorer = definePlugin({
  type: 'mm-embeddings-cache-scorer',
  roles: ['scorer'],
  maturity: 'beta',
  parameters: (reader) => ({ producer: reader.string('producerName') || undefined }),
  data: ({ producer }) => ({ requires: [encoderMatchData(producer)] }),
  create: ({ producer }, context): Scorer => {
    const key = context.key<EncoderMatch>(encoderMatchData(producer));
    return {
      type: 'mm-embeddings-cache-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        for (let i = 0; i < endpoints.length; i++) {
          const endpoint = endpoints[i];
          const info = endpoint === undefined ? undefined : state.read(key, endpoint);
          const total = info === undefined ? 0 : sizeOf(info.request);
          scores[i] = info === undefined || total <= 0 ? 0 : sizeOf(info.matched) / total;
        }
      },
    };
  },
});

function sizeOf(items: readonly EncoderItem[]): number {
  let size = 0;
  for (const item of items) size += item.size;
  return size;
}
