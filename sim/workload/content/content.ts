import type { ContentId } from '../../../base/prompt.ts';
import type { PromptTree } from '../../../base/prompt-tree.ts';
import type { Seconds } from '../../../base/units.ts';
import type { Request } from '../request.ts';

/**
 * What is asked, without when. Everything is a sequence of conversations; a request that stands alone is a conversation
 * of one turn. A load decides when conversations start; each turn but the first follows the end of the one before.
 */
export interface Content {
  /** What it is made of, as plain data: part of the workload's digest. */
  readonly identity: unknown;
  /** What weakens forecasts that are made with it. */
  readonly warnings: readonly string[];
  /** Conversations in it; undefined = endless. */
  readonly count: number | undefined;
  /** Whether the list may be played from its start again (at every stage of a ladder it is, and when it runs out). */
  readonly cyclic: boolean;
  /** Whether conversations may have more than one turn. */
  readonly multiTurn: boolean;
  /** Whether requests belong to sessions, so that whole sessions are the blocks of a bootstrap. */
  readonly hasSessions: boolean;
  /** Each client of a closed loop plays one of its conversations again and again, instead of the next one of the list. */
  readonly bySlot?: boolean;
  /** When its conversations start by themselves; undefined = it has no times of its own. */
  readonly starts: ((place: Place) => Starts) | undefined;
  /** A fresh reading. Equal places give equal conversations. */
  open(place: Place): ContentReader;
}

/** Start times in seconds. */
export interface Starts {
  /** Of conversation `index`; asked for in ascending order, never falls. */
  at(index: number): Seconds;
}

/** Where a reading takes place: what it draws from, and where its prompts live. */
export interface Place {
  readonly seed: number;
  /** The run's prompts; a recording brings its own. */
  readonly tree: PromptTree;
  /** A content that several prompts may begin with. */
  readonly sharedContent: () => ContentId;
  /** Goes before the names of random streams and sessions: parts of a mix differ by it. */
  readonly name: string;
  readonly class: string | undefined;
  readonly priority: number | undefined;
  readonly objectivePriority?: number | undefined;
  readonly tenant?: string | undefined;
  /** LoRA adapter that is asked for; `tree` is then in its scope. */
  readonly adapter?: string;
}

export interface ContentReader {
  /** Conversation `index`, asked for in ascending order (again from 0 where the content is cyclic). */
  conversation(index: number): Conversation;
}

export interface Conversation {
  /** At least 1. Known at once: requests are numbered by it, whatever the policy makes of their times. */
  readonly turns: number;
  /** The request of turn `turn`, asked for once each, in order, when the turn before has ended. */
  draft(turn: number): Draft;
  /** From the end of turn `turn - 1` to the arrival of turn `turn`; one that is played again starts after that of `turns`. */
  pause(turn: number): Seconds;
}

/** A request without its place in the run. `id` is absent where its index serves. */
export type Draft = Omit<Request, 'index' | 'id' | 'arrival' | 'stage'> & { readonly id?: string };

/** A request that stands alone. */
export class SingleTurn implements Conversation {
  readonly turns = 1;
  private readonly only: Draft;

  constructor(only: Draft) {
    this.only = only;
  }

  draft(): Draft {
    return this.only;
  }

  pause(): Seconds {
    return 0;
  }
}

/** The parts of a draft that the place decides. */
export function placed(place: Place): Pick<Draft, 'class' | 'priority' | 'objectivePriority' | 'tenant'> {
  return {
    ...(place.class !== undefined && { class: place.class }),
    ...(place.priority !== undefined && { priority: place.priority }),
    ...(place.objectivePriority !== undefined && { objectivePriority: place.objectivePriority }),
    ...(place.tenant !== undefined && { tenant: place.tenant }),
  };
}
