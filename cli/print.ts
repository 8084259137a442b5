import path from 'node:path';

import { checkWritable, writeWhole } from './files/write-file.ts';
import type { Output } from './run/output-option.ts';
import type { Terminal } from './terminal.ts';

/** Prints a small document in every format that was asked for: files first, stdout last. */
export async function print<Format extends string>(
  outputs: readonly Output<Format>[],
  render: (format: Format) => string,
  terminal: Terminal,
): Promise<void> {
  const texts = outputs.map(({ format, path: file }) => ({ text: render(format), file }));
  for (const { text, file } of texts) {
    if (file === undefined) continue;
    const target = path.resolve(terminal.cwd, file);
    checkWritable(target, file);
    writeWhole(target, [text]);
  }
  for (const { text, file } of texts) if (file === undefined) await terminal.out(text);
}
