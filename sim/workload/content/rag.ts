import { z } from 'zod';

import { keyedRandom, type Random } from '../../../base/random.ts';
import { drawLength, lengthSchema } from '../draw/distribution.ts';
import { shuffled } from '../draw/shuffle.ts';
import { Zipf } from '../draw/zipf.ts';
import { placed, SingleTurn, type Content } from './content.ts';
import { followed } from './followed.ts';
import { generatedStarts, generatedTimes } from './generated-times.ts';
import { PassagePrompts } from './passage-prompts.ts';

/** `rag` without its times. */
export const ragParameters = z.strictObject({
  system_prompt_len: lengthSchema.default(0),
  num_documents: z.int().positive(),
  /** Popularity of the documents by rank; 0 = equal. */
  zipf_exponent: z.number().nonnegative().default(1),
  passages_per_request: lengthSchema,
  /** Drawn once per document. */
  passage_len: lengthSchema,
  /** canonical: by document, so that the same passages stand in the same order; shuffled: in any. */
  order: z.enum(['canonical', 'shuffled']).default('shuffled'),
  question_len: lengthSchema,
  output_len: lengthSchema,
});

export const ragSchema = ragParameters.extend(generatedTimes);

export type RagSpec = z.infer<typeof ragSchema>;

/** Retrieval-augmented generation: a system prompt, passages of documents of Zipf popularity, a question of its own. */
export function ragContent(spec: RagSpec): Content {
  return {
    identity: { rag: spec },
    warnings: [],
    count: spec.requests,
    cyclic: false,
    multiTurn: false,
    hasSessions: false,
    starts: generatedStarts(spec),
    open(place) {
      const popularity = new Zipf(spec.num_documents, spec.zipf_exponent);
      const systemDraws = keyedRandom(place.seed, `${place.name}rag system`, 0);
      const tokens = drawLength(spec.system_prompt_len, systemDraws, 0);
      const beginning = place.tree.prompt([{ content: place.sharedContent(), start: 0, tokens }]);
      const prompts = new PassagePrompts(beginning, place.tree, spec.num_documents, (document) =>
        drawLength(spec.passage_len, keyedRandom(place.seed, `${place.name}rag document`, document)),
      );
      return {
        conversation: (index) => {
          const draws = keyedRandom(place.seed, `${place.name}rag`, index);
          const wanted = Math.min(spec.num_documents, drawLength(spec.passages_per_request, draws, 0));
          const drawn = drawDistinct(popularity, wanted, draws);
          const documents = spec.order === 'canonical' ? drawn.sort((a, b) => a - b) : shuffled(drawn, draws);
          const question = {
            content: place.tree.privateContent(),
            start: 0,
            tokens: drawLength(spec.question_len, draws),
          };
          return new SingleTurn({
            prompt: followed(prompts.of(documents), [question]),
            outputContent: place.tree.privateContent(),
            outputTokens: drawLength(spec.output_len, draws),
            ...placed(place),
          });
        },
      };
    },
  };
}

/**
 * Different documents. Where few of them have nearly all the popularity, drawing until they differ takes for ever: what
 * is missing after TRIES draws each is filled up with the most popular ones left, which is what would come up next.
 */
function drawDistinct(popularity: Zipf, wanted: number, draws: Random): number[] {
  const documents = new Set<number>();
  for (let tries = TRIES * wanted; tries > 0 && documents.size < wanted; tries--) {
    documents.add(popularity.draw(draws));
  }
  for (let rank = 0; documents.size < wanted; rank++) documents.add(rank);
  return [...documents];
}

const TRIES = 100;
