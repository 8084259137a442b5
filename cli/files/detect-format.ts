import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import { MEASURED_FORMATS, TRACE_FORMATS } from '../../sim/workload/trace/trace-formats.ts';
import { linesOfBytes } from './lines.ts';
import { readBytes } from './read-file.ts';

/** A field that only this format's first line has. */
const FIRST_LINES = [
  ['request_start_ns', 'aiperf'],
  ['hash_ids', 'mooncake'],
  ['input_toks', 'vllm-requests'],
  ['ContextTokens', 'azure'],
  ['arrival_time_us', 'blis-trace-v2'],
] as const;

/** A key that only this format has somewhere in its one JSON document. */
const DOCUMENTS = [
  ['"ttfts"', 'vllm-bench'],
  ['"output_token_times"', 'inference-perf'],
  ['"time_to_first_token_ms"', 'guidellm'],
] as const;

/**
 * Name of the format of a trace, told from the fields of its first line or of its document or, for a folder, from its
 * files. Throws UserError, with the `known` formats, when nothing tells.
 */
export function detectFormat(
  file: string,
  shown: string,
  known: readonly string[] = [...Object.keys(TRACE_FORMATS), ...Object.keys(MEASURED_FORMATS)],
): string {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    const { files } = TRACE_FORMATS.ragpulse;
    const [trace = ''] = files ?? [];
    if ([trace, `${trace}.gz`].some((name) => existsSync(path.join(file, name)))) return 'ragpulse';
  } else {
    const bytes = readBytes(file, shown);
    const [first = ''] = linesOfBytes(bytes);
    const found =
      FIRST_LINES.find(([field]) => first.includes(field)) ?? DOCUMENTS.find(([key]) => bytes.includes(key));
    if (found !== undefined) return found[1];
  }
  throw new UserError({
    code: 'E_TRACE_FORMAT',
    message: 'nothing tells which format this trace has',
    at: { file: shown },
    hint: `name it: --format ${known.join(' | ')}`,
  });
}
