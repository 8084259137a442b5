import type { Seconds } from '../../../base/units.ts';
import type { Content, ContentReader, Conversation, Draft, Place } from '../content/content.ts';
import type { Request, RequestStatus } from '../request.ts';
import { PlayedRequest } from './played-request.ts';

/** A conversation that is being played. */
export interface Playing {
  readonly conversation: Conversation;
  /** Index of its first request. */
  readonly firstIndex: number;
  /** Turns that it may play: fewer than it has when it is the last of a limited number of requests. */
  readonly turns: number;
  readonly stage: number | undefined;
  next: number;
}

/** What comes after a request has ended. */
export type Sequel =
  | { readonly kind: 'turn'; readonly playing: Playing; readonly pause: Seconds }
  | { readonly kind: 'over'; readonly unplayed: number };

/**
 * Reads conversations one after the other and makes requests of their turns. A conversation takes its indices when it is
 * opened, so that a request has the same index whenever its policy lets it arrive.
 */
export class Script {
  private readonly content: Content;
  private readonly reader: ContentReader;
  private readonly knownEnd: boolean;
  /** Conversations that wait for a request to end, by its index; those of one turn never do. */
  private readonly waiting = new Map<number, Playing>();
  private conversations = 0;
  private index = 0;

  constructor(content: Content, place: Place, finish: 'eos' | 'length') {
    this.content = content;
    this.reader = content.open(place);
    this.knownEnd = finish === 'length';
  }

  /** Conversations opened since the start or the last `rewind`. */
  get opened(): number {
    return this.conversations;
  }

  /** The list starts anew; for cyclic contents. */
  rewind(): void {
    if (this.content.cyclic) this.conversations = 0;
  }

  /** The next conversation, cut to `limit` requests; undefined at the end of the content. */
  open(limit: number, stage?: number): Playing | undefined {
    const { count = Infinity, cyclic } = this.content;
    if (limit <= 0 || (this.conversations >= count && !cyclic)) return undefined;
    const conversation = this.reader.conversation(this.conversations++);
    const turns = Math.min(conversation.turns, limit);
    const firstIndex = this.index;
    this.index += turns;
    return { conversation, firstIndex, turns, stage, next: 0 };
  }

  /** Whether clients play a conversation of their own (`conversationOf`) instead of the next one (`open`). */
  get bySlot(): boolean {
    return this.content.bySlot === true;
  }

  /** The conversation of a client, from its start. */
  conversationOf(slot: number): Conversation {
    return this.reader.conversation(slot % (this.content.count ?? Infinity));
  }

  /** The first of so many indices that are kept for requests of `played`. */
  reserve(requests: number): number {
    const first = this.index;
    this.index += requests;
    return first;
  }

  /** A request of a draft. */
  played(draft: Draft, index: number, arrival: Seconds, stage: number | undefined): Request {
    return new PlayedRequest(draft, index, arrival, stage, this.knownEnd);
  }

  /** The request of the conversation's next turn. */
  request(playing: Playing, arrival: Seconds): Request {
    const turn = playing.next++;
    const index = playing.firstIndex + turn;
    const draft = playing.conversation.draft(turn);
    if (playing.turns > 1) this.waiting.set(index, playing);
    return this.played(draft, index, arrival, playing.stage);
  }

  /** A conversation goes on when its turn has been answered, and is over when it was not. */
  ended(request: Request, status: RequestStatus): Sequel {
    const playing = this.waiting.get(request.index);
    if (playing === undefined) return { kind: 'over', unplayed: 0 };
    this.waiting.delete(request.index);
    const unplayed = playing.turns - playing.next;
    if (status !== 'completed' || unplayed === 0) return { kind: 'over', unplayed };
    return { kind: 'turn', playing, pause: playing.conversation.pause(playing.next) };
  }
}
