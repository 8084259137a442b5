import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';

import { UserError } from '../../base/user-error.ts';

/** Throws UserError unless a file could be written at this path: found out before a long run, not after it. */
export function checkWritable(file: string, shown: string): void {
  const folder = statSync(path.dirname(file), { throwIfNoEntry: false });
  if (folder?.isDirectory() !== true) {
    throw new UserError({
      code: 'E_FILE',
      message: 'the folder of this file does not exist',
      at: { file: shown },
      hint: 'make the folder first',
    });
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new UserError({ code: 'E_FILE', message: 'is a folder', at: { file: shown }, hint: 'name a file' });
  }
}

/** Writes a file whole or not at all: under another name first, then in its place. */
export function writeWhole(file: string, pieces: Iterable<string>): void {
  const special = statSync(file, { throwIfNoEntry: false })?.isFile() === false; // a device or a pipe stays what it is
  const target = special ? file : `${file}.${process.pid}.part`;
  try {
    const descriptor = openSync(target, 'w');
    try {
      for (const piece of pieces) writeSync(descriptor, piece);
    } finally {
      closeSync(descriptor);
    }
    if (!special) renameSync(target, file);
  } catch (error) {
    if (!special) rmSync(target, { force: true });
    throw error;
  }
}
