import type { KvEvent } from '../../../scheduler/kv-event.ts';
import type { Segment } from './recorded-types.ts';
import type { TranslateKvEvents } from './sequence-player.ts';

interface RecordedKvEvent {
  readonly type: 'BlockStored' | 'BlockRemoved' | 'AllBlocksCleared';
  readonly blockHashes?: readonly number[];
  readonly parentHash?: number;
  readonly tokens?: readonly Segment[] | null;
  readonly blockSize?: number;
  readonly medium?: string;
  readonly loraName?: string;
}

/** Recorded KV events in our form; their tokens continue the prompts of the sequence. */
export const translateKvEvents: TranslateKvEvents = (events, prompts) =>
  (events as readonly RecordedKvEvent[]).map((event): KvEvent => {
    const blocks = (event.blockHashes ?? []).map((firstKey) => ({ firstKey, count: 1 }));
    const medium = event.medium === undefined ? {} : { medium: event.medium };
    switch (event.type) {
      case 'BlockStored':
        return {
          type: 'stored',
          blocks,
          parent: event.parentHash,
          tokens:
            event.tokens === undefined || event.tokens === null ? undefined : prompts.stored(event.tokens),
          blockSize: event.blockSize ?? 0,
          ...medium,
          ...(event.loraName === undefined ? {} : { lora: event.loraName }),
        };
      case 'BlockRemoved':
        return { type: 'removed', blocks, ...medium };
      case 'AllBlocksCleared':
        return { type: 'cleared' };
    }
  });
