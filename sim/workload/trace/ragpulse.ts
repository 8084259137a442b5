import { invariant } from '../../../base/invariant.ts';
import type { Span } from '../../../base/prompt.ts';
import type { TextDigest } from '../../../base/sha256.ts';
import type { Seconds } from '../../../base/units.ts';
import { TraceBuilder } from './trace.ts';
import type { TraceFiles, TraceFormat } from './trace-format.ts';
import { jsonRows } from './trace-row.ts';

/** The two recordings are consecutive weeks; the second one's clock begins at 0 again. */
const WEEK: Seconds = 604_800;
/** A clock that falls by more than this has been started again; by less, rows are out of order. */
const RESTART: Seconds = 86_400;

/** Components in the order in which a prompt holds them, with their file and the name of their id in it. */
const COMPONENTS = [
  { list: 'sys_prompt', file: '1_sys_prompt.jsonl', id: 'sys_prompt_id' },
  { list: 'passages_ids', file: '2_passages.jsonl', id: 'passage_id' },
  { list: 'history', file: '3_history.jsonl', id: 'history_id' },
  { list: 'web_search', file: '5_web_search.jsonl', id: 'web_search_id' },
  { list: 'user_input', file: '4_user_input.jsonl', id: 'user_input_id' },
] as const;
const TRACE_FILE = '0_trace.jsonl';

/**
 * RAGPulse (flashserve/RAGPulse): a folder whose trace names, per request, the components of the prompt, whose other
 * files give each component's length in tokens. Timestamps are seconds as text. The few tokens by which `input_length`
 * exceeds its components (the chat template) count as the request's own, at the end.
 */
export const ragpulse: TraceFormat = {
  name: 'ragpulse',
  files: [TRACE_FILE, ...COMPONENTS.map(({ file }) => file)],
  read(files, { rows = Infinity }) {
    const digest = files.digest();
    const builder = new TraceBuilder();
    const components = readComponents(files, digest);
    let offset: Seconds = 0;
    let previous: Seconds = 0;
    for (const row of jsonRows(files, digest, TRACE_FILE)) {
      const time = row.number('timestamp');
      if (time < previous - RESTART) offset += WEEK;
      previous = time;
      const lists = row.idLists('hash_ids', LISTS);
      const spans: Span[] = [];
      lists.forEach((ids, kind) => {
        for (const id of ids) {
          const component = components[kind]?.get(id);
          const { list, file } = componentKind(kind);
          if (component === undefined)
            throw row.error(
              'E_TRACE_COMPONENT',
              `${list} ${id} is not in ${file}`,
              'are all files of one version?',
            );
          if (component.tokens > 0) spans.push(component);
        }
      });
      const inputTokens = row.count('input_length');
      const known = spans.reduce((sum, { tokens }) => sum + tokens, 0);
      if (known > inputTokens)
        throw row.error(
          'E_TRACE_COMPONENT',
          `"input_length" is ${inputTokens}, its components have ${known} tokens`,
        );
      builder.add({
        arrival: offset + time,
        inputTokens,
        outputTokens: row.count('output_length'),
        spans,
        session: row.text('session_id'),
      });
      if (builder.rows >= rows) break;
    }
    return builder.finish({ format: 'ragpulse', knowsPrefixes: true, sha256: digest.hex() });
  },
};

const LISTS = COMPONENTS.map(({ list }) => list);

function readComponents(files: TraceFiles, digest: TextDigest): ReadonlyMap<number, Span>[] {
  let contents = 0;
  return COMPONENTS.map(({ file, id }) => {
    const spans = new Map<number, Span>();
    for (const row of jsonRows(files, digest, file)) {
      spans.set(row.count(id), { content: ++contents, start: 0, tokens: row.count('token_length') });
    }
    return spans;
  });
}

function componentKind(kind: number): (typeof COMPONENTS)[number] {
  const component = COMPONENTS[kind];
  invariant(component !== undefined, 'one list per kind of component', { kind });
  return component;
}
