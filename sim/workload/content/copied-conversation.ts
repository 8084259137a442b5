import type { Seconds } from '../../../base/units.ts';
import type { Conversation, Draft } from './content.ts';

/** A session once more, under a name of its own. */
export class CopiedConversation implements Conversation {
  readonly turns: number;
  private readonly original: Conversation;
  private readonly suffix: string;

  constructor(original: Conversation, number: number) {
    this.original = original;
    this.turns = original.turns;
    this.suffix = `+${number}`;
  }

  draft(turn: number): Draft {
    const draft = this.original.draft(turn);
    return {
      ...draft,
      ...(draft.id !== undefined && { id: `${draft.id}${this.suffix}` }),
      ...(draft.session !== undefined && { session: `${draft.session}${this.suffix}` }),
    };
  }

  pause(turn: number): Seconds {
    return this.original.pause(turn);
  }
}
