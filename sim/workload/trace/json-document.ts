import type { TextDigest } from '../../../base/sha256.ts';
import { UserError } from '../../../base/user-error.ts';
import { parseJson } from './parse-json.ts';
import type { TraceFiles } from './trace-format.ts';
import { TraceRow } from './trace-row.ts';

/** The value that a file of JSON holds. `digest` takes in the whole text. Throws UserError when it is no JSON. */
export function jsonDocument(files: TraceFiles, digest: TextDigest): unknown {
  const text = [...files.lines()].join('\n');
  digest.update(text);
  try {
    return parseJson(text);
  } catch (error) {
    throw new UserError({
      code: 'E_TRACE_LINE',
      message: `the file is no JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`,
      at: { file: files.path },
      hint: 'is the format right, and is the file complete?',
    });
  }
}

/** What stands under these keys of nested objects, one after the other; undefined where one is missing. */
export function within(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? new Map<string, unknown>(Object.entries(inner)).get(key)
        : undefined,
    value,
  );
}

/** The objects of a list as rows; `where` is the list's place in the document. Throws UserError when it is no such list. */
export function recordsOf(list: unknown, where: string, files: TraceFiles): TraceRow[] {
  const wrong = (place: string, wanted: string): UserError =>
    new UserError({
      code: 'E_TRACE_FIELD',
      message: `${place} must be ${wanted}`,
      at: { file: files.path },
      hint: 'is the format right?',
    });
  if (!Array.isArray(list)) throw wrong(where, 'a list of requests');
  return list.map((record: unknown, index) => {
    const place = `${where}[${index}]`;
    if (typeof record !== 'object' || record === null) throw wrong(place, 'an object');
    return new TraceRow({ ...record }, files.path, place);
  });
}
