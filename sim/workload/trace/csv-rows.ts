import { CsvError, parse } from 'csv-parse/browser/esm/sync';

import type { Sha256 } from '../../../base/sha256.ts';
import { UserError } from '../../../base/user-error.ts';
import type { TraceFiles } from './trace-format.ts';
import { TraceRow } from './trace-row.ts';

/** The rows of a CSV file with a header line. `digest` takes in the whole text. */
export function* csvRows(files: TraceFiles, digest: Sha256): Generator<TraceRow> {
  const text = [...files.lines()].join('\n');
  digest.update(text);
  for (const { record, info } of parseAll(text, files.path))
    yield new TraceRow(record, files.path, info.lines);
}

function parseAll(text: string, file: string): { record: Record<string, string>; info: { lines: number } }[] {
  try {
    // With `info` every item is a record beside where it ended; the types of the library do not say so.
    const rows: unknown = parse(text, {
      columns: true,
      info: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
    });
    return rows as { record: Record<string, string>; info: { lines: number } }[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line: unknown = error['lines'];
    throw new UserError({
      code: 'E_TRACE_LINE',
      message: `the line is no row of this table: ${error.message}`,
      at: typeof line === 'number' ? { file, line } : { file },
      hint: 'the first line names the columns and every other line has as many; is the file cut off?',
    });
  }
}
