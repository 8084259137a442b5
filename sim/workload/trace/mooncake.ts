import type { Span } from '../../../base/prompt.ts';
import type { Tokens } from '../../../base/units.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFormat } from './trace-format.ts';
import { jsonRows, type TraceRow } from './trace-row.ts';

/** Tokens per hash id. Source: kvcache-ai/Mooncake FAST25-release, README of the traces. */
const BLOCK_SIZE = 512;

/**
 * Mooncake's traces (FAST25-release): JSON lines with `timestamp` in milliseconds, `input_length`, `output_length` and
 * `hash_ids`, one id per block of 512 tokens. Equal ids stand for equal content behind an equal prefix. The last block
 * may be partial. Ids are made into contents as they come: the first id seen behind another one continues its content,
 * any other begins a content of its own, so that most prompts are two or three spans.
 */
export const mooncake: TraceFormat = {
  name: 'mooncake',
  read(files, { blockSize = BLOCK_SIZE, rows = Infinity }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    const chains = new Chains();
    for (const row of jsonRows(files, digest)) {
      const inputTokens = row.count('input_length');
      const ids = row.ids('hash_ids');
      checkBlocks(row, inputTokens, ids.length, blockSize);
      builder.add({
        arrival: row.number('timestamp') / 1000,
        inputTokens,
        outputTokens: row.count('output_length'),
        spans: chains.spans(ids, inputTokens, blockSize),
      });
      if (builder.rows >= rows) break;
    }
    return builder.finish({ format: 'mooncake', knowsPrefixes: true, blockSize, sha256: digest.hex() });
  },
};

function checkBlocks(row: TraceRow, inputTokens: Tokens, blocks: number, blockSize: Tokens): void {
  const needed = Math.ceil(inputTokens / blockSize);
  if (blocks === needed) return;
  throw row.error(
    'E_TRACE_BLOCKS',
    `${inputTokens} input tokens are ${needed} blocks of ${blockSize}, but "hash_ids" has ${blocks}`,
    `is block_size ${blockSize} right for this trace?`,
  );
}

/** Where each id stands: which content, and which of its blocks. */
class Chains {
  private readonly places = new Map<number, { content: number; block: number; continued: boolean }>();
  private contents = 0;

  spans(ids: readonly number[], inputTokens: Tokens, blockSize: Tokens): Span[] {
    const spans: { content: number; start: number; tokens: number }[] = [];
    let previous: { content: number; block: number; continued: boolean } | undefined;
    let rest = inputTokens;
    for (const id of ids) {
      const place = this.placeOf(id, previous);
      const tokens = Math.min(blockSize, rest);
      const last = spans.at(-1);
      const goesOn = previous?.content === place.content && previous.block + 1 === place.block;
      if (last !== undefined && goesOn) last.tokens += tokens;
      else spans.push({ content: place.content, start: place.block * blockSize, tokens });
      rest -= tokens;
      previous = place;
    }
    return spans;
  }

  private placeOf(id: number, previous: { content: number; block: number; continued: boolean } | undefined) {
    let place = this.places.get(id);
    if (place === undefined) {
      const first = previous !== undefined && !previous.continued;
      place = first
        ? { content: previous.content, block: previous.block + 1, continued: false }
        : { content: ++this.contents, block: 0, continued: false };
      if (first) previous.continued = true;
      this.places.set(id, place);
    }
    return place;
  }
}
