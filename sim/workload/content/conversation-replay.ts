import { z } from 'zod';

import { invariant } from '../../../base/invariant.ts';
import type { ContentId, Span } from '../../../base/prompt.ts';
import { keyedRandom } from '../../../base/random.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';
import { drawLength, lengthSchema } from '../draw/distribution.ts';
import { followed } from './followed.ts';
import { placed, type Content, type Conversation, type Draft, type Place } from './content.ts';

/** `conversation_replay`, with inference-perf's keys (inference_perf/datagen/replay/conversation_replay_datagen.py). */
export const conversationReplaySchema = z.strictObject({
  num_conversations: z.int().positive(),
  /** What all conversations begin with … */
  shared_system_prompt_len: lengthSchema.default(0),
  /** … and then each of them by itself. */
  dynamic_system_prompt_len: lengthSchema.default(0),
  turns_per_conversation: lengthSchema,
  input_tokens_per_turn: lengthSchema,
  output_tokens_per_turn: lengthSchema,
  /** From an answer to the next turn, in whole seconds as inference-perf draws it. */
  tool_call_latency_sec: lengthSchema.default(0),
  /**
   * A conversation ends before the turn whose input and output together would exceed this; where the first one would, its
   * beginning is cut.
   */
  max_model_len: z.int().positive().optional(),
  /** Of the conversations; the run's seed changes nothing in them. */
  seed: z.int().default(42),
});

export type ConversationReplaySpec = z.infer<typeof conversationReplaySchema>;

/**
 * num_conversations conversations, drawn once. Each client of a closed loop has one of them, client i conversation
 * i mod num_conversations, and plays it again and again: each turn's prompt is the whole conversation so far, the answers
 * included, and what is added. Played again, the texts are the same and the answers new ones.
 */
export function conversationReplayContent(spec: ConversationReplaySpec): Content {
  return {
    identity: { conversation_replay: spec },
    warnings: [],
    count: spec.num_conversations,
    cyclic: true,
    multiTurn: true,
    hasSessions: true,
    bySlot: true,
    starts: undefined,
    open(place) {
      const system = {
        content: place.sharedContent(),
        start: 0,
        tokens: drawLength(
          spec.shared_system_prompt_len,
          keyedRandom(spec.seed, 'conversation_replay system', 0),
          0,
        ),
      };
      const plans = Array.from({ length: spec.num_conversations }, (_, index) =>
        planOf(spec, index, system, place),
      );
      return {
        conversation(index) {
          const plan = plans[index % plans.length];
          invariant(plan !== undefined, 'a cyclic list has a conversation for every index', { index });
          return new Replay(place, plan);
        },
      };
    },
  };
}

interface PlannedTurn {
  readonly added: Tokens;
  readonly output: Tokens;
  /** After the answer. */
  readonly latency: Seconds;
}

interface Plan {
  readonly beginning: readonly Span[];
  /** What the first turn adds: the same text whenever the conversation is played. */
  readonly firstInput: ContentId;
  readonly turns: readonly PlannedTurn[];
}

function planOf(spec: ConversationReplaySpec, index: number, system: Span, place: Place): Plan {
  const draws = keyedRandom(spec.seed, 'conversation_replay conversation', index);
  const limit = spec.max_model_len ?? Infinity;
  const wanted = drawLength(spec.turns_per_conversation, draws);
  const dynamic = drawLength(spec.dynamic_system_prompt_len, draws, 0);
  const turns: PlannedTurn[] = [];
  let context = system.tokens + dynamic;
  while (turns.length < wanted) {
    const turn = {
      added: drawLength(spec.input_tokens_per_turn, draws),
      output: drawLength(spec.output_tokens_per_turn, draws),
      latency: Number(drawLength(spec.tool_call_latency_sec, draws, 0)),
    };
    if (turns.length === 0) context = Math.min(context, Math.max(0, limit - turn.added - turn.output));
    context += turn.added + turn.output;
    if (turns.length > 0 && context > limit) break;
    turns.push(turn);
  }
  const [first] = turns;
  invariant(first !== undefined, 'a conversation has a turn');
  const room = limit - first.added - first.output;
  const shared = Math.min(system.tokens, Math.max(0, room));
  const own = Math.min(dynamic, Math.max(0, room - shared));
  return {
    beginning: [
      { ...system, tokens: shared },
      { content: place.sharedContent(), start: 0, tokens: own },
    ],
    firstInput: place.sharedContent(),
    turns,
  };
}

class Replay implements Conversation {
  readonly turns: number;
  private readonly place: Place;
  private readonly plan: Plan;
  private previous: Draft | undefined;

  constructor(place: Place, plan: Plan) {
    this.place = place;
    this.plan = plan;
    this.turns = plan.turns.length;
  }

  draft(turn: number): Draft {
    const planned = this.planned(turn);
    const { tree } = this.place;
    const draft: Draft = {
      prompt: this.prompt(planned.added),
      outputContent: tree.privateContent(),
      outputTokens: planned.output,
      turn,
      ...placed(this.place),
    };
    this.previous = draft;
    return draft;
  }

  pause(turn: number): Seconds {
    return this.planned(turn - 1).latency;
  }

  /** Behind an answer, which is new each time, a text need not be known again. */
  private prompt(tokens: Tokens): Draft['prompt'] {
    const { tree } = this.place;
    if (this.previous === undefined) {
      const first = { content: this.plan.firstInput, start: 0, tokens };
      return followed(tree.prompt([...this.plan.beginning, first]), []);
    }
    const { prompt, outputContent, outputTokens } = this.previous;
    return prompt.extend([
      { content: outputContent, start: 0, tokens: outputTokens },
      { content: tree.privateContent(), start: 0, tokens },
    ]);
  }

  private planned(turn: number): PlannedTurn {
    const planned = this.plan.turns[turn];
    invariant(planned !== undefined, 'a conversation is asked for its turns', { turn });
    return planned;
  }
}
