import { invariant } from '../../../base/invariant.ts';
import type { Seconds } from '../../../base/units.ts';
import type { Conversation } from '../content/content.ts';
import type { Request, RequestSource, RequestStatus } from '../request.ts';
import { Pending } from './pending.ts';
import type { Script } from './script.ts';

export interface SlotLoopOptions {
  readonly script: Script;
  readonly concurrency: number;
  /** Requests to give. */
  readonly limit: number;
  readonly start: Seconds;
  readonly stage?: number;
}

/** A client. */
interface Slot {
  readonly number: number;
  /** Its share of the requests. */
  readonly requests: number;
  sent: number;
  conversation: Conversation;
  /** The next turn of the conversation. */
  turn: number;
  /** How often the conversation has been started. */
  round: number;
}

/**
 * So many clients, each of whom plays a conversation of its own and starts it again when it is finished, or when a turn has
 * failed. Request k belongs to client k mod `concurrency`, so that it is the same request whatever the policy makes of
 * their times.
 */
export class SlotLoop implements RequestSource {
  readonly closedLoop = true;
  readonly count: number;
  private readonly options: SlotLoopOptions;
  private readonly firstIndex: number;
  private readonly slots: readonly Slot[];
  private readonly due = new Pending<Slot>();
  private busy: number;

  constructor(options: SlotLoopOptions) {
    const { script, concurrency, limit, start } = options;
    this.options = options;
    this.count = limit;
    this.firstIndex = script.reserve(limit);
    this.slots = Array.from({ length: Math.min(concurrency, limit) }, (_, number) => ({
      number,
      requests: Math.ceil((limit - number) / concurrency),
      sent: 0,
      conversation: script.conversationOf(number),
      turn: 0,
      round: 0,
    }));
    this.busy = this.slots.length;
    for (const slot of this.slots) this.due.push(start, slot);
  }

  /** Every request has ended and none will follow. */
  get finished(): boolean {
    return this.busy === 0;
  }

  peek(): Seconds | undefined {
    return this.due.peek();
  }

  next(): Request | undefined {
    const arrival = this.due.peek();
    const slot = this.due.pop();
    if (arrival === undefined || slot === undefined) return undefined;
    const { script, concurrency, stage } = this.options;
    const index = this.firstIndex + slot.sent * concurrency + slot.number;
    const session = `${stage === undefined ? '' : `${stage}-`}${slot.number}-${slot.round}`;
    const draft = { ...slot.conversation.draft(slot.turn), session, id: `${session}.${slot.turn}` };
    slot.sent++;
    slot.turn++;
    return script.played(draft, index, arrival, stage);
  }

  ended(request: Request, status: RequestStatus, now: Seconds): void {
    const slot = this.slots[(request.index - this.firstIndex) % this.options.concurrency];
    invariant(slot !== undefined, 'a request belongs to a client', { index: request.index });
    if (slot.sent === slot.requests) {
      this.busy--;
      return;
    }
    const answered = status === 'completed';
    // inference-perf waits for the tool before it goes on or starts again, and does not where there was no answer.
    const pause = answered ? slot.conversation.pause(slot.turn) : 0;
    if (!answered || slot.turn === slot.conversation.turns) {
      slot.conversation = this.options.script.conversationOf(slot.number);
      slot.turn = 0;
      slot.round++;
    }
    this.due.push(now + pause, slot);
  }
}
