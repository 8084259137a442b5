import { z } from 'zod';

import { invariant } from '../../../base/invariant.ts';
import type { TreePrompt } from '../../../base/prompt-tree.ts';
import { keyedRandom, type Random } from '../../../base/random.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';
import { drawDuration, drawLength, durationSchema, lengthSchema } from '../draw/distribution.ts';
import { Zipf } from '../draw/zipf.ts';
import { placed, type Content, type Conversation, type Draft, type Place } from './content.ts';
import { followed } from './followed.ts';
import { generatedStarts, generatedTimes } from './generated-times.ts';

/** `sessions` without its times: the keys that are inference-perf's carry its names (conversation_replay, shared_prefix). */
export const sessionsParameters = z.strictObject({
  /** Long beginnings (system prompt and tools) that sessions share. */
  num_groups: z.int().positive().default(1),
  system_prompt_len: lengthSchema,
  /** Popularity of the groups by rank; 0 = equal. */
  zipf_exponent: z.number().nonnegative().default(0),
  turns_per_session: lengthSchema,
  /** What the first turn adds to the shared beginning; `input_tokens_per_turn` unless given. */
  first_input_tokens: lengthSchema.optional(),
  /** What the user or a tool adds at each further turn. */
  input_tokens_per_turn: lengthSchema,
  output_tokens_per_turn: lengthSchema,
  /** From the end of an answer to the user's next message. */
  think_time: durationSchema.default('0s'),
  /** Share of the turns that follow a tool call instead of a person, and how long a tool takes. */
  tool_call_share: z.number().min(0).max(1).default(0),
  tool_call_latency: durationSchema.default('0s'),
  /** A session ends before the turn whose input and output together would exceed this. */
  max_model_len: z.int().positive().optional(),
});

export const sessionsSchema = sessionsParameters.extend({
  num_sessions: generatedTimes.requests,
  /** Sessions that start per second. */
  rate: generatedTimes.rate,
  arrival: generatedTimes.arrival,
});

export type SessionsSpec = z.infer<typeof sessionsSchema>;

/**
 * Agents and chats: each turn's prompt is the whole conversation so far, the model's answers included, and what was added.
 * A turn follows the end of the one before by a think time or a tool's time. Everything belongs to the session's number.
 */
export function sessionsContent(spec: SessionsSpec): Content {
  return {
    identity: { sessions: spec },
    warnings: [],
    count: spec.num_sessions,
    cyclic: false,
    multiTurn: true,
    hasSessions: true,
    starts: generatedStarts(spec),
    open(place) {
      const beginnings = Array.from({ length: spec.num_groups }, (_, group) => {
        const tokens = drawLength(
          spec.system_prompt_len,
          keyedRandom(place.seed, `${place.name}group`, group),
          0,
        );
        return place.tree.prompt([{ content: place.sharedContent(), start: 0, tokens }]);
      });
      const popularity = new Zipf(spec.num_groups, spec.zipf_exponent);
      return {
        conversation: (index) => {
          const draws = keyedRandom(place.seed, `${place.name}session`, index);
          const beginning = beginnings[popularity.draw(draws)];
          invariant(beginning !== undefined, 'a drawn rank names a group');
          return new Session(
            place,
            `${place.name}s${index}`,
            beginning,
            planTurns(spec, beginning.length, draws),
          );
        },
      };
    },
  };
}

interface PlannedTurn {
  readonly added: Tokens;
  readonly output: Tokens;
  readonly pause: Seconds;
}

/** A session's lengths and pauses, drawn when it starts, so that its number of turns is known. */
function planTurns(spec: SessionsSpec, beginning: Tokens, draws: Random): PlannedTurn[] {
  const turns = drawLength(spec.turns_per_session, draws);
  const limit = spec.max_model_len ?? Infinity;
  const plan: PlannedTurn[] = [];
  let context = beginning;
  while (plan.length < turns) {
    const first = plan.length === 0;
    const added = drawLength(
      (first ? spec.first_input_tokens : undefined) ?? spec.input_tokens_per_turn,
      draws,
    );
    const output = drawLength(spec.output_tokens_per_turn, draws);
    const byTool = draws.uniform() < spec.tool_call_share;
    const pause = drawDuration(byTool ? spec.tool_call_latency : spec.think_time, draws);
    context += added + output;
    if (!first && context > limit) break;
    plan.push({ added, output, pause });
  }
  return plan;
}

class Session implements Conversation {
  readonly turns: number;
  private readonly place: Place;
  private readonly name: string;
  private readonly plan: readonly PlannedTurn[];
  private prompt: TreePrompt;
  private previous: Draft | undefined;

  constructor(place: Place, name: string, beginning: TreePrompt, plan: readonly PlannedTurn[]) {
    this.place = place;
    this.name = name;
    this.prompt = beginning;
    this.plan = plan;
    this.turns = plan.length;
  }

  draft(turn: number): Draft {
    const planned = this.planned(turn);
    const { tree } = this.place;
    const added = { content: tree.privateContent(), start: 0, tokens: planned.added };
    if (this.previous === undefined) {
      this.prompt = followed(this.prompt, [added]);
    } else {
      const { outputContent, outputTokens } = this.previous;
      this.prompt = this.prompt.extend([{ content: outputContent, start: 0, tokens: outputTokens }, added]);
    }
    const draft: Draft = {
      id: `${this.name}.${turn}`,
      prompt: this.prompt,
      outputContent: tree.privateContent(),
      outputTokens: planned.output,
      session: this.name,
      turn,
      ...placed(this.place),
    };
    this.previous = draft;
    return draft;
  }

  pause(turn: number): Seconds {
    return this.planned(turn).pause;
  }

  private planned(turn: number): PlannedTurn {
    const planned = this.plan[turn];
    invariant(planned !== undefined, 'a session is asked for its turns', { turn });
    return planned;
  }
}
