import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

import type { TextDigest } from '../../base/sha256.ts';
import { UserError } from '../../base/user-error.ts';
import type { TraceFiles, TraceFormat } from '../../sim/workload/trace/trace-format.ts';
import { linesOfBytes } from './lines.ts';
import { readBytes } from './read-file.ts';

/**
 * A trace on disk: one file or a folder of them, each possibly packed. Throws UserError at once for what is not there;
 * reads when lines are asked for. `shown` is the path for the user.
 */
export function openTrace(file: string, shown: string, format: TraceFormat): TraceFiles {
  if (!existsSync(file)) {
    throw new UserError({
      code: 'E_FILE',
      message: `there is no such ${format.files === undefined ? 'file' : 'folder'}`,
      at: { file: shown },
      hint: 'relative paths count from the file that names them, or from where the command was given',
    });
  }
  const isFolder = statSync(file).isDirectory();
  if (isFolder !== (format.files !== undefined)) {
    throw new UserError({
      code: 'E_FILE',
      message: isFolder
        ? `is a folder, and ${format.name} is one file`
        : `is a file, and ${format.name} is a folder of ${format.files?.join(', ')}`,
      at: { file: shown },
      hint: 'is the format right?',
    });
  }
  for (const part of format.files ?? []) locate(file, shown, part);
  return {
    path: shown,
    lines(part) {
      const { real, name } = part === undefined ? { real: file, name: shown } : locate(file, shown, part);
      return linesOfBytes(readBytes(real, name));
    },
    digest: nodeDigest,
  };
}

function locate(folder: string, shown: string, part: string): { real: string; name: string } {
  const found = [part, `${part}.gz`].find((name) => existsSync(path.join(folder, name)));
  if (found !== undefined) return { real: path.join(folder, found), name: `${shown}/${found}` };
  throw new UserError({
    code: 'E_FILE',
    message: `has no ${part}`,
    at: { file: shown },
    hint: 'is the folder complete?',
  });
}

function nodeDigest(): TextDigest {
  const hash = createHash('sha256');
  const digest: TextDigest = {
    update(text) {
      hash.update(text);
      return digest;
    },
    hex: () => hash.digest('hex'),
  };
  return digest;
}
