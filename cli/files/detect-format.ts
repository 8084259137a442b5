import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../../base/user-error.ts';
import { MEASURED_FORMATS, TRACE_FORMATS } from '../../sim/workload/trace/trace-formats.ts';
import { linesOfBytes } from './lines.ts';
import { readBytes } from './read-file.ts';

/** A field that only this format's first line has. */
const TELLTALES = [
  ['hash_ids', 'mooncake'],
  ['input_toks', 'vllm-requests'],
  ['ContextTokens', 'azure'],
  ['arrival_time_us', 'blis-trace-v2'],
] as const;

/**
 * Name of the format of a trace, told from its first line or, for a folder, from its files. Throws UserError when nothing
 * tells.
 */
export function detectFormat(file: string, shown: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    const { files } = TRACE_FORMATS.ragpulse;
    const [trace = ''] = files ?? [];
    if ([trace, `${trace}.gz`].some((name) => existsSync(path.join(file, name)))) return 'ragpulse';
  } else {
    const [first = ''] = linesOfBytes(readBytes(file, shown));
    const found = TELLTALES.find(([field]) => first.includes(field));
    if (found !== undefined) return found[1];
  }
  throw new UserError({
    code: 'E_TRACE_FORMAT',
    message: 'nothing tells which format this trace has',
    at: { file: shown },
    hint: `name it: --format ${[...Object.keys(TRACE_FORMATS), ...Object.keys(MEASURED_FORMATS)].join(' | ')}`,
  });
}
