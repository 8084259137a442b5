import { z } from 'zod';

import { invariant } from '../../../base/invariant.ts';
import { keyedRandom, random } from '../../../base/random.ts';
import { drawLength, lengthSchema } from '../draw/distribution.ts';
import { shuffled } from '../draw/shuffle.ts';
import { followed } from './followed.ts';
import { placed, SingleTurn, type Content, type Draft, type Place } from './content.ts';

/** `shared_prefix`, with inference-perf's keys (inference_perf/datagen/synthetic/shared_prefix_datagen.py). */
export const sharedPrefixSchema = z.strictObject({
  num_groups: z.int().positive(),
  num_prompts_per_group: z.int().positive(),
  system_prompt_len: lengthSchema,
  question_len: lengthSchema,
  output_len: lengthSchema,
  /** Of the prompts and their order; the run's seed changes the arrivals only. */
  seed: z.int().default(0),
});

export type SharedPrefixSpec = z.infer<typeof sharedPrefixSchema>;

/**
 * num_groups x num_prompts_per_group prompts, a group's system prompt and a question of its own, made once and permuted:
 * request i is prompt i mod N.
 */
export function sharedPrefixContent(spec: SharedPrefixSpec): Content {
  const count = spec.num_groups * spec.num_prompts_per_group;
  return {
    identity: { shared_prefix: spec },
    warnings: [],
    count,
    cyclic: true,
    multiTurn: false,
    hasSessions: false,
    starts: undefined,
    open(place) {
      const prompts = shuffled(makePrompts(spec, place), random(spec.seed, 0, 'shared_prefix order'));
      return {
        conversation: (index) => {
          const listed = prompts[index % count];
          invariant(listed !== undefined, 'a cyclic list has a prompt for every index', { index });
          // The same prompt asked again gets an answer of its own.
          const outputContent = place.tree.privateContent();
          return new SingleTurn({ ...listed, prompt: followed(listed.prompt, []), outputContent });
        },
      };
    },
  };
}

function makePrompts(spec: SharedPrefixSpec, place: Place): Omit<Draft, 'outputContent'>[] {
  const prompts: Omit<Draft, 'outputContent'>[] = [];
  for (let group = 0; group < spec.num_groups; group++) {
    const ofGroup = keyedRandom(spec.seed, 'shared_prefix group', group);
    const system = {
      content: place.sharedContent(),
      start: 0,
      tokens: drawLength(spec.system_prompt_len, ofGroup, 0),
    };
    for (let member = 0; member < spec.num_prompts_per_group; member++) {
      const draws = keyedRandom(spec.seed, 'shared_prefix prompt', prompts.length);
      const question = {
        content: place.sharedContent(),
        start: 0,
        tokens: drawLength(spec.question_len, draws),
      };
      prompts.push({
        prompt: place.tree.prompt([system, question]),
        outputTokens: drawLength(spec.output_len, draws),
        ...placed(place),
      });
    }
  }
  return prompts;
}
