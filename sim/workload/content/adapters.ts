import { z } from 'zod';

import { keyedUniform } from '../../../base/random.ts';
import type { Content, Conversation, Draft, Place } from './content.ts';

/** Which LoRA adapters are asked for: inference-perf's `lora_traffic_split`. What the splits leave is for the model itself. */
export const adaptersSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).describe('of the adapter: what requests name as their model'),
      split: z.number().gt(0).max(1).describe('share of the starts; a session keeps its adapter'),
    }),
  )
  .min(1)
  .refine((adapters) => new Set(adapters.map(({ name }) => name)).size === adapters.length, {
    error: 'names an adapter twice',
    params: { hint: 'give each adapter one entry' },
  })
  .refine((adapters) => adapters.reduce((sum, { split }) => sum + split, 0) <= 1 + ROUNDING, {
    error: 'has splits that add up to more than 1',
    params: { hint: 'a split is a share of all starts' },
  });

/** Splits such as three times 0.333333 may add up to a little more than 1. */
const ROUNDING = 1e-6;

export type AdaptersSpec = z.infer<typeof adaptersSchema>;

/** The same requests, each asking for an adapter that is drawn for its start. Prompts of two adapters share nothing. */
export function withAdapters(content: Content, adapters: AdaptersSpec): Content {
  return {
    ...content,
    identity: { lora_traffic_split: adapters, of: content.identity },
    open(place) {
      const model = content.open(place);
      const readers = adapters.map(({ name }) => content.open(placeOf(place, name)));
      return {
        conversation(index) {
          const adapter = adapterAt(adapters, keyedUniform(place.seed, `${place.name}adapter`, index));
          const reader = readers[adapter] ?? model;
          const conversation = reader.conversation(index);
          const name = adapters[adapter]?.name;
          return name === undefined ? conversation : new Adapted(conversation, name);
        },
      };
    },
  };
}

/** A conversation with an adapter. */
class Adapted implements Conversation {
  readonly turns: number;
  private readonly conversation: Conversation;
  private readonly adapter: string;

  constructor(conversation: Conversation, adapter: string) {
    this.turns = conversation.turns;
    this.conversation = conversation;
    this.adapter = adapter;
  }

  draft(turn: number): Draft {
    return { ...this.conversation.draft(turn), lora: this.adapter };
  }

  pause(turn: number): number {
    return this.conversation.pause(turn);
  }
}

function placeOf(place: Place, adapter: string): Place {
  return { ...place, tree: place.tree.scoped(adapter), adapter };
}

/** Index of the adapter in whose split `share` lies; their number for the model itself. */
function adapterAt(adapters: AdaptersSpec, share: number): number {
  let end = 0;
  for (const [index, { split }] of adapters.entries()) {
    end += split;
    if (share < end) return index;
  }
  return adapters.length;
}
