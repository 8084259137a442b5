import path from 'node:path';

import { checkWritable, writeWhole } from '../files/write-file.ts';
import type { Terminal } from '../terminal.ts';
import type { Output } from './output-option.ts';

/** Throws UserError for an output file whose folder does not exist. */
export function checkOutputs(outputs: readonly Output<string>[], terminal: Terminal): void {
  for (const { path: file } of outputs) {
    if (file !== undefined) checkWritable(path.resolve(terminal.cwd, file), file);
  }
}

/** Writes a document in every format that was asked for: files first, stdout last. */
export async function writeOutputs<Format extends string>(
  outputs: readonly Output<Format>[],
  render: (format: Format, color: boolean) => Iterable<string>,
  terminal: Terminal,
): Promise<void> {
  for (const output of outputs) {
    if (output.path !== undefined) {
      writeWhole(path.resolve(terminal.cwd, output.path), render(output.format, false));
    }
  }
  for (const output of outputs) {
    if (output.path !== undefined) continue;
    for (const piece of render(output.format, terminal.colors)) await terminal.out(piece);
  }
}
