import { z } from 'zod';

import { keyedRandom } from '../../../base/random.ts';
import { drawLength, lengthSchema } from '../draw/distribution.ts';
import { placed, SingleTurn, type Content } from './content.ts';
import { generatedStarts, generatedTimes } from './generated-times.ts';

/** `random`: requests of drawn lengths that share nothing. */
export const randomParameters = z.strictObject({
  input_len: lengthSchema,
  output_len: lengthSchema,
});

export const randomSchema = randomParameters.extend(generatedTimes);

export type RandomSpec = z.infer<typeof randomSchema>;

export function randomContent(spec: RandomSpec): Content {
  return {
    identity: { random: spec },
    warnings: [],
    count: spec.requests,
    cyclic: false,
    multiTurn: false,
    hasSessions: false,
    starts: generatedStarts(spec),
    open(place) {
      return {
        conversation: (index) => {
          const draws = keyedRandom(place.seed, `${place.name}random`, index);
          const tokens = drawLength(spec.input_len, draws);
          return new SingleTurn({
            prompt: place.tree.prompt([{ content: place.tree.privateContent(), start: 0, tokens }]),
            outputContent: place.tree.privateContent(),
            outputTokens: drawLength(spec.output_len, draws),
            ...placed(place),
          });
        },
      };
    },
  };
}
