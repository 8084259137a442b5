import type { ContentId, Span } from '../../../base/prompt.ts';
import type { TreePrompt } from '../../../base/prompt-tree.ts';
import { keyedUniform } from '../../../base/random.ts';
import type { Seconds, Tokens } from '../../../base/units.ts';
import type { Content, Conversation, Draft, Place } from './content.ts';
import { followed } from './followed.ts';

/** Share of the conversations that begin with the hot prefix. */
const HOT_SHARE = 0.8;

/** Share of their first prompt that it takes the place of. */
const PREFIX_SHARE = 0.5;

/** An id that no workload gives: they count their contents up from 1. */
const HOT_CONTENT: ContentId = 2 ** 52;

/**
 * The same traffic, but four of five conversations begin with the same text: the first half of their first prompt gives
 * way to it. Lengths and times stay as they are.
 */
export function withHotPrefix(content: Content): Content {
  return {
    ...content,
    open(place) {
      const reader = content.open(place);
      return {
        conversation: (index) =>
          new Rewritten(
            reader.conversation(index),
            place,
            keyedUniform(place.seed, `${place.name}hot prefix`, index) < HOT_SHARE,
          ),
      };
    },
  };
}

/** A conversation whose prompts are built anew in the place's tree: a recording brings a tree of its own. */
class Rewritten implements Conversation {
  readonly turns: number;
  private readonly original: Conversation;
  private readonly place: Place;
  private readonly isHot: boolean;
  private hotTokens: Tokens | undefined;
  private before: TreePrompt | undefined;

  constructor(original: Conversation, place: Place, isHot: boolean) {
    this.turns = original.turns;
    this.original = original;
    this.place = place;
    this.isHot = isHot;
  }

  draft(turn: number): Draft {
    const draft = this.original.draft(turn);
    this.hotTokens ??= this.isHot ? Math.floor(draft.prompt.length * PREFIX_SHARE) : 0;
    const { before, hotTokens } = this;
    if (before === undefined) {
      const hot = hotTokens > 0 ? [{ content: HOT_CONTENT, start: 0, tokens: hotTokens }] : [];
      const root = this.place.tree.prompt(hot, draft.lora);
      this.before = followed(root, spansFrom(draft.prompt.spans(), hotTokens));
    } else {
      this.before = before.extend(spansFrom(draft.prompt.spans(), before.length));
    }
    return { ...draft, prompt: this.before };
  }

  pause(turn: number): Seconds {
    return this.original.pause(turn);
  }
}

/** What comes after so many tokens. */
function spansFrom(spans: readonly Span[], tokens: Tokens): Span[] {
  let left = tokens;
  return spans.flatMap((span) => {
    const cut = Math.min(left, span.tokens);
    left -= cut;
    if (cut === span.tokens) return [];
    return [{ ...span, start: span.start + cut, tokens: span.tokens - cut }];
  });
}
