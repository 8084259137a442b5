import { random } from '../../../base/random.ts';
import type { Seconds } from '../../../base/units.ts';
import type { Content, Starts } from './content.ts';
import { CopiedConversation } from './copied-conversation.ts';

export interface Replication {
  /** Of the drawing of sessions. */
  readonly seed: number;
  /** Which of the independent jitters of that seed: policies on the same number see the same arrivals. */
  readonly jitter: number;
}

/**
 * Traffic as it might have come instead: as many sessions as there are, drawn with replacement, in the order of the
 * original, each starting up to one mean gap earlier or later than the one in whose place it comes. A session that is
 * drawn twice shares with its copy what sessions share, and nothing else. Requests that stand alone all come, with their
 * starts moved: a second copy would find the whole of its prompt in the cache, as no request of the original does.
 */
export function resampled(content: Content, { seed, jitter }: Replication): Content {
  const { count, starts, multiTurn } = content;
  if (count === undefined) return content;
  return {
    ...content,
    starts: starts && ((place) => moved(starts(place), count, seed, jitter)),
    open(place) {
      const reader = content.open(place);
      if (!multiTurn) return reader;
      const draws = random(seed, 0, 'resampled sessions');
      const drawn = Int32Array.from({ length: count }, () => draws.integer(count)).sort();
      return {
        conversation(index) {
          const original = drawn[index] ?? index;
          const copies = index - drawn.indexOf(original);
          const conversation = reader.conversation(original);
          return copies === 0 ? conversation : new CopiedConversation(conversation, copies + 1);
        },
      };
    },
  };
}

function moved(starts: Starts, count: number, seed: number, jitter: number): Starts {
  const times = Float64Array.from({ length: count }, (_, index) => starts.at(index));
  const first = times[0] ?? 0;
  const gap: Seconds = count > 1 ? ((times[count - 1] ?? 0) - first) / (count - 1) : 0;
  const draws = random(seed, jitter, 'arrival jitter');
  for (let index = 0; index < count; index++) {
    times[index] = Math.max(first, (times[index] ?? 0) + gap * (2 * draws.uniform() - 1));
  }
  times.sort();
  return { at: (index) => times[index] ?? Infinity };
}
