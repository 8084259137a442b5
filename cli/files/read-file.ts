import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { UserError } from '../../base/user-error.ts';

/**
 * The bytes of a file, unpacked when it is a gzip archive. Throws UserError for a file that is not there, is a folder or is
 * no intact archive; `shown` is its name for the user. Other failures of the system pass through.
 */
export function readBytes(file: string, shown: string): Buffer {
  const bytes = readPacked(file, shown);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes; // magic number of gzip (RFC 1952)
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new UserError({
      code: 'E_FILE',
      message: `is no intact gzip archive: ${error instanceof Error ? error.message : String(error)}`,
      at: { file: shown },
      hint: 'copy or download the file again',
    });
  }
}

function readPacked(file: string, shown: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? REASONS.get(String(error.code)) : undefined;
    if (reason === undefined) throw error;
    throw new UserError({
      code: 'E_FILE',
      message: reason,
      at: { file: shown },
      hint: 'relative paths count from the file that names them, or from where the command was given',
    });
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EISDIR', 'is a folder, not a file'],
]);
