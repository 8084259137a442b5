import { randomContent, randomSchema } from '../../../sim/workload/content/random-lengths.ts';
import { sessionsContent, sessionsSchema } from '../../../sim/workload/content/sessions.ts';
import { sharedPrefixContent, sharedPrefixSchema } from '../../../sim/workload/content/shared-prefix.ts';
import { loadOf, loadSchema, type LoadSpec } from '../../../sim/workload/load/load.ts';
import { makeWorkload } from '../../../sim/workload/make-workload.ts';
import type { RequestSource } from '../../../sim/workload/request.ts';

const lengths = { input_len: 100, output_len: 10 };
/** A list of six prompts without times, in three groups. */
export const prompts = sharedPrefixContent(
  sharedPrefixSchema.parse({
    num_groups: 3,
    num_prompts_per_group: 2,
    system_prompt_len: 64,
    question_len: 16,
    output_len: 5,
  }),
);
/** Sessions of up to six turns. */
export const sessions = (spec: object = {}): ReturnType<typeof sessionsContent> =>
  sessionsContent(
    sessionsSchema.parse({
      system_prompt_len: 100,
      turns_per_session: { type: 'uniform', min: 1, max: 6 },
      input_tokens_per_turn: 20,
      output_tokens_per_turn: 10,
      think_time: '2s',
      ...spec,
    }),
  );
/** Requests of 100 tokens that share nothing. */
export const randoms = (spec: object = {}): ReturnType<typeof randomContent> =>
  randomContent(randomSchema.parse({ ...lengths, ...spec }));

/** A content under a load, opened. */
export const open = (
  content: ReturnType<typeof randomContent>,
  load: unknown,
  { seed = 1, requests }: { seed?: number; requests?: number } = {},
): RequestSource => {
  const spec: LoadSpec | undefined = load === undefined ? undefined : loadSchema.parse(load);
  return makeWorkload({ content, load: loadOf(spec), finish: 'eos', requests }).open(seed);
};
