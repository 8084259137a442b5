import type { Seconds } from '../../../base/units.ts';
import type { Content, Starts } from './content.ts';
import { CopiedConversation } from './copied-conversation.ts';

/** Where it happens, as a share of the conversations: caches are warm, and a run of few requests still comes there. */
const PLACE = 0.1;

/** The conversation that fans out in a content that never ends. */
const PLACE_IN_ENDLESS = 100;

/** At most this share of the conversations take part. */
const MOST = 0.25;

/**
 * Traffic in which one conversation fans out: `branches` conversations in a row start at one instant and ask what the
 * first of them asks. Branches share what sessions of that content share.
 */
export function withFanOut(content: Content, branches: number): Content {
  const { count, starts } = content;
  const width = Math.min(branches, Math.floor((count ?? Infinity) * MOST));
  const first = count === undefined ? PLACE_IN_ENDLESS : Math.floor(count * PLACE);
  const isBranch = (index: number): boolean => index >= first && index < first + width;
  return {
    ...content,
    starts: starts && ((place) => burst(starts(place), isBranch)),
    open(place) {
      const reader = content.open(place);
      return {
        conversation(index) {
          const conversation = reader.conversation(isBranch(index) ? first : index);
          return isBranch(index) && index > first
            ? new CopiedConversation(conversation, index - first + 1)
            : conversation;
        },
      };
    },
  };
}

function burst(starts: Starts, isBranch: (index: number) => boolean): Starts {
  let instant: Seconds | undefined;
  return {
    at(index) {
      const time = starts.at(index);
      if (!isBranch(index)) return time;
      instant ??= time;
      return instant;
    },
  };
}
