import { CsvError, parse } from 'csv-parse/browser/esm/sync';

import type { TextDigest } from '../../../base/sha256.ts';
import { UserError } from '../../../base/user-error.ts';
import type { TraceFiles } from './trace-format.ts';
import { TraceRow } from './trace-row.ts';

/**
 * The rows of a CSV file with a header line. `digest` takes in the whole text. Throws UserError for a line with another
 * number of columns, unless `onOddLine` takes it.
 */
export function csvRows(
  files: TraceFiles,
  digest: TextDigest,
  onOddLine?: (line: number, message: string) => void,
): TraceRow[] {
  const text = [...files.lines()].join('\n');
  digest.update(text);
  try {
    return parse<TraceRow, Record<string, string>>(text, {
      columns: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      ...(onOddLine !== undefined && { relax_column_count: true }),
      on_record(record, { lines, error }) {
        if (error === undefined) return new TraceRow(record, files.path, lines);
        onOddLine?.(lines, error.message);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line: unknown = error['lines'];
    throw new UserError({
      code: 'E_TRACE_LINE',
      message: `the line is no row of this table: ${error.message}`,
      at: typeof line === 'number' ? { file: files.path, line } : { file: files.path },
      hint: 'the first line names the columns and every other line has as many; is the file cut off?',
    });
  }
}
